"""What the use of a trained system needs besides its weights."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_type_hints

from wsed.checks.ranges import ClipSeconds, LongText
from wsed.config.trust import check_described
from wsed.config.types import fits
from wsed.errors import UserError


@dataclass(frozen=True)
class ModelCard:
    """Travels in every checkpoint.

    Attributes:
        clip_seconds: length of the training clips in seconds; pooling and tags are over so much.
        corpus: the training data in one line.
        licence: their licence.
        postprocessing: class and arguments of the post-processing that the run was tested with; None before the test.
    """

    clip_seconds: ClipSeconds
    corpus: LongText
    licence: LongText
    postprocessing: Mapping[str, Any] | None = None

    def plain(self) -> dict[str, Any]:
        """The card in plain Python."""
        return asdict(self)

    @staticmethod
    def from_plain(values: Any, file: Path, allowed: Sequence[str] = ()) -> "ModelCard":
        """Checks what a file holds.

        Args:
            values: from `plain`.
            file: the file, for messages.
            allowed: modules besides wsed whose classes it may name.

        Raises:
            UserError: it is no card, or names a class that is not allowed.
        """
        types = get_type_hints(ModelCard, include_extras=True)
        if not isinstance(values, Mapping) or set(values) != set(types):
            raise UserError(f"{file}: has no card of a model; train it again")
        for name, kind in types.items():
            if not fits(values[name], kind):
                raise UserError(f"{file}: {name} in the card of the model cannot be used; train it again")
        if values["postprocessing"] is not None:
            check_described({"postprocessing": values["postprocessing"]}, file, allowed)
        return ModelCard(**values)
