"""The folder of one split of the mixtures that `wsed data mix` writes, which `ExportedMixtureDataset` reads.

audio/<clip>.wav        mixtures, 32-bit float, so that they equal the rendered ones bit for bit
sources/<clip>/<label>.wav, background.wav     the isolated sources of the mixture
strong.tsv              filename onset offset event_label
weak.tsv                filename event_labels
plan.jsonl              the plans, one per line
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wsed.checks.files import read_text
from wsed.checks.names import check_part, shortened
from wsed.data.audio.io import read_header
from wsed.data.mixing.plan import MixturePlan
from wsed.errors import UserError, did_you_mean

SUFFIX = ".wav"

CURE = "write the folder again with `wsed data mix`"


@dataclass(frozen=True)
class MixtureFolder:
    """The files of one split.

    Args:
        path: path of the folder.
    """

    path: Path

    @property
    def table(self) -> Path:
        """The file with the plans."""
        return self.path / "plan.jsonl"

    def mixture(self, plan: MixturePlan) -> Path:
        """The audio file of a mixture."""
        return self.path / "audio" / plan.filename

    def sources(self, plan: MixturePlan) -> dict[str, Path]:
        """The audio files of a mixture's sources, by class; `background` is the background."""
        names = [
            *dict.fromkeys(event.label for event in plan.events),
            *(["background"] if plan.background is not None else []),
        ]
        folder = self.path / "sources" / plan.filename.removesuffix(SUFFIX)
        return {name: folder / f"{name}{SUFFIX}" for name in names}

    def read_plans(self, labels: Sequence[str]) -> list[MixturePlan]:
        """The plans of all mixtures, checked.

        Args:
            labels: event classes.

        Raises:
            UserError: there are no plans, or a plan has a value that cannot be right; the message names the row.
        """
        if not self.table.is_file():
            raise UserError(f"{self.table}: does not exist; write the folder with `wsed data mix`")
        plans = []
        for row, line in enumerate(read_text(self.table).removesuffix("\n").split("\n"), 1):
            try:
                plans.append(MixturePlan.from_json(line))
            except UserError as error:
                raise UserError(f"{self.table}, row {row}: {error}; {CURE}") from error
            check_names(plans[-1], labels, f"{self.table}, row {row}")
        self._refuse_differences(plans)
        return plans

    def _refuse_differences(self, plans: Sequence[MixturePlan]) -> None:
        """Raises if two mixtures have one name, or different lengths."""
        known: set[str] = set()
        for row, plan in enumerate(plans, 1):
            if plan.filename in known:
                raise UserError(f"{self.table}, row {row}: {plan.filename} is there twice; {CURE}")
            known.add(plan.filename)
            if plan.samples != plans[0].samples:
                raise UserError(
                    f"{self.table}, row {row}: has {plan.samples} samples, the first has {plans[0].samples}; {CURE}"
                )

    def problems(self, plans: Sequence[MixturePlan], sample_rate: int, with_sources: bool) -> Iterator[str]:
        """Compares the headers of the audio files with the plans.

        Args:
            plans: plans of the mixtures.
            sample_rate: Hz.
            with_sources: whether the sources are needed.

        Yields:
            One line for each file that is missing or differs from its plan.
        """
        for plan in plans:
            for path in (self.mixture(plan), *(self.sources(plan).values() if with_sources else ())):
                try:
                    found = read_header(path)
                except UserError as error:
                    yield str(error)
                    continue
                given = (found.frames, found.sample_rate, found.channels)
                if given != (plan.samples, sample_rate, 1):
                    yield (
                        f"{path}: has {given[0]} samples at {given[1]} Hz in {given[2]} channels; it needs "
                        f"{plan.samples} at {sample_rate} Hz in one; {CURE}"
                    )


def check_names(plan: MixturePlan, labels: Sequence[str], where: str) -> None:
    """Checks that the files of a mixture lie in their folder.

    Args:
        plan: plan of the mixture.
        labels: event classes.
        where: place of the plan, for messages.

    Raises:
        UserError: the filename or a class cannot be the name of a file, or is not known.
    """
    stem = plan.filename.removesuffix(SUFFIX)
    if stem in ("", ".", "..", plan.filename):
        raise UserError(f"{where}: filename is {shortened(plan.filename)!r}; it must be a name with {SUFFIX}")
    check_part(plan.filename, where)
    for event in plan.events:
        if event.label not in labels:
            hint = did_you_mean(event.label, labels)
            raise UserError(f"{where}: {shortened(event.label)!r} is not one of the classes of mix.json; {CURE}.{hint}")
