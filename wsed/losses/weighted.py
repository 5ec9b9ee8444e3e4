"""The weighted sum of loss terms."""

from collections.abc import Callable, Collection, Iterable

import torch
from torch import Tensor, nn

from wsed.checks.ranges import Named, NonNegative
from wsed.errors import UserError
from wsed.losses.base import LossTerm
from wsed.prediction import Prediction, Target


class WeightedLoss(nn.Module):
    """Weighted sum of named loss terms.

    Terms of weight 0 are also computed, so that they can be logged.

    Args:
        terms: loss terms by name.
        weights: one for each term, 0 or more and not all 0.

    Raises:
        UserError: the weights do not match the terms, or a term has a name that PyTorch does not admit.
    """

    def __init__(self, terms: Named[LossTerm], weights: Named[NonNegative]) -> None:
        super().__init__()
        for name in weights:
            if name not in terms:
                raise UserError(f"loss.weights.{name}: there is no such term; the terms are {', '.join(terms)}")
            if weights[name] < 0:
                raise UserError(f"loss.weights.{name}: is {weights[name]}; a weight is 0 or more")
        for name in terms:
            if name not in weights:
                raise UserError(f"loss.weights.{name}: is missing; give the term a weight, 0 to train without it")
        if not any(weights.values()):
            raise UserError("loss.weights: are all 0, so there is nothing to train; raise one")
        try:
            self.terms = nn.ModuleDict(terms)
        except KeyError as error:
            raise UserError(f"loss.terms: PyTorch does not admit a name ({error.args[0]}); rename it") from error
        self.weights = dict(weights)

    @property
    def needs_sources(self) -> bool:
        """Whether training clips need sources, for a term whose weight is not 0."""
        return any(getattr(term, "needs_sources", False) and self.weights[name] for name, term in self.terms.items())

    def idle_terms(self, tags: Callable[[], Iterable[Collection[str]]], classes: int) -> list[str]:
        """One line for each term that is constant on the training clips, whatever its weight.

        Args:
            tags: gives the event classes of each training clip.
            classes: number of event classes.
        """
        lines = []
        for name, term in self.terms.items():
            assert isinstance(term, LossTerm)
            reason = term.idle_reason(tags(), classes)
            if reason:
                lines.append(f"loss.weights.{name}: has no effect, because {reason}")
        return lines

    def forward(self, prediction: Prediction, target: Target) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of a batch.

        Args:
            prediction: prediction of the system.
            target: everything that the batch knows about its clips.

        Returns:
            The weighted sum, a scalar; and the values to be logged: `NAME` and `NAME_weighted` for each term, and
            `loss` for the sum.
        """
        values = {name: term(prediction, target) for name, term in self.terms.items()}
        weighted = {f"{name}_weighted": self.weights[name] * value for name, value in values.items()}
        total = torch.stack(list(weighted.values())).sum()
        return total, {**values, **weighted, "loss": total}
