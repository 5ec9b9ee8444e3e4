"""A paper as `wsed reproduce` reads it: its runs, tables, figures and claims, from the folder of the paper."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args

import pandas as pd
from annotated_types import Len
from pydantic import ConfigDict, TypeAdapter, ValidationError

from wsed.checks.documents import parse_yaml
from wsed.checks.files import read_text
from wsed.checks.names import shortened
from wsed.config.groups import shipped_folder
from wsed.errors import UserError, did_you_mean
from wsed.reports.measures import REFERENCES

MOST_BYTES = 2**20
Scale = Literal["quick", "paper"]
SCALES: tuple[Scale, ...] = get_args(Scale)
Words = list[str]
Names = Annotated[list[str], Len(1, 100)]

STRICT = ConfigDict(extra="forbid")
"""A key that nothing reads is a mistake."""


@dataclass(frozen=True)
class Entry:
    """One system of a paper: a training, or the mean of trained systems.

    Attributes:
        title: the paper's name for it.
        words: overrides of `wsed train`; for a mean, of its test.
        quick: further overrides at the scale `quick`.
        mean_of: entries whose predictions are averaged, over the epochs that each kept first; empty for a training.
        scales: the scales at which it is run.
        data: choices of `data` on which it is run; `stand_ins` for all that are not the paper's own, and empty for all.
    """

    __pydantic_config__: ClassVar = STRICT

    title: str
    words: Words = field(default_factory=list)
    quick: Words = field(default_factory=list)
    mean_of: list[str] = field(default_factory=list)
    scales: list[Scale] = field(default_factory=lambda: list(SCALES))
    data: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class TableSpec:
    """One table of a paper; the published numbers are in `published/NAME.csv`, by entry and score.

    Attributes:
        title: what it shows, and its number in the paper.
        columns: flat name of a score by the paper's title of the column.
        percent: whether the paper gives shares in percent.
    """

    __pydantic_config__: ClassVar = STRICT

    title: str
    columns: dict[str, str]
    percent: bool = False


@dataclass(frozen=True)
class FigureSpec:
    """One figure.

    Attributes:
        kind: `masks`, `saliency` and `timeline` show test clips of the first seed; `scores` shows scores.
        entries: entries that it shows, in this order.
        title: what it shows, and its number in the paper.
        columns: for `scores`, flat name of a score by title.
    """

    __pydantic_config__: ClassVar = STRICT

    kind: Literal["masks", "saliency", "timeline", "scores"]
    entries: Names
    title: str
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """Part of a claim: an entry is better than others, or as good as they are, by one score.

    Attributes:
        score: flat name, such as `frame/eer`.
        entry: the entry.
        better_than: the others, if it is better.
        worse_than: the others, if it is worse.
        higher_than: the others, if its score is higher, whether that is better or not.
        lower_than: the others, if its score is lower.
        as_good_as: the others, if it is as good: the difference is smaller than `within`.
        within: largest difference that counts as none, for `as_good_as`.
    """

    __pydantic_config__: ClassVar = STRICT

    score: str
    entry: str
    better_than: list[str] = field(default_factory=list)
    worse_than: list[str] = field(default_factory=list)
    higher_than: list[str] = field(default_factory=list)
    lower_than: list[str] = field(default_factory=list)
    as_good_as: list[str] = field(default_factory=list)
    within: float = 0.0

    def __post_init__(self) -> None:
        if sum(map(bool, self._others)) != 1:
            raise ValueError("it needs one kind of others, such as better_than")

    @property
    def others(self) -> list[str]:
        """The entries that it is compared with."""
        return [other for others in self._others for other in others]

    @property
    def _others(self) -> tuple[list[str], ...]:
        return self.better_than, self.worse_than, self.higher_than, self.lower_than, self.as_good_as


@dataclass(frozen=True)
class Claim:
    """A statement of a paper. It holds if all its comparisons do.

    Attributes:
        claim: the statement, in our words.
        source: where the paper makes it.
        tests: its comparisons; empty if nothing that we measure decides it.
    """

    __pydantic_config__: ClassVar = STRICT

    claim: str
    source: str
    tests: list[Comparison] = field(default_factory=list)


@dataclass(frozen=True)
class Definition:
    """`paper.yaml`.

    Attributes:
        title: title of the page.
        corpora: choices of `data` that the paper uses.
        entries: its systems by name.
        tables: its tables by the name of the file of published numbers.
        figures: its figures by the name of the file.
        quick: overrides of all trainings at the scale `quick`.
        original: overrides of all trainings on a corpus of the paper.
        stand_ins: overrides of all trainings on other choices of `data`: those under `all`, then those of the choice.
    """

    __pydantic_config__: ClassVar = STRICT

    title: str
    corpora: Names
    entries: dict[str, Entry]
    tables: dict[str, TableSpec]
    quick: Words
    figures: dict[str, FigureSpec]
    stand_ins: dict[str, Words]
    original: Words = field(default_factory=list)


@dataclass(frozen=True)
class Paper:
    """A paper.

    Attributes:
        name: name of its folder.
        definition: `paper.yaml`.
        claims: `claims.yaml`.
        published: the published numbers of each table, as the paper writes them: `entry`, possibly `class`, and a
            column for each score.
    """

    name: str
    definition: Definition
    claims: list[Claim]
    published: dict[str, pd.DataFrame]


def papers_folder() -> Path:
    """The folder of the papers."""
    return shipped_folder("experiments")


def known_papers() -> list[str]:
    """The names of all papers."""
    return sorted(path.parent.name for path in papers_folder().glob("*/paper.yaml"))


def read_paper(name: str) -> Paper:
    """Reads a paper.

    Raises:
        UserError: there is no such paper, or one of its files is wrong.
    """
    known = known_papers()
    if name not in known:
        raise UserError(f"{name}: is no paper; the papers are {', '.join(known)}.{did_you_mean(name, known)}")
    folder = papers_folder() / name
    definition: Definition = _read(folder / "paper.yaml", Definition)
    claims: list[Claim] = _read(folder / "claims.yaml", list[Claim])
    published = {table: pd.read_csv(folder / "published" / f"{table}.csv", dtype=str) for table in definition.tables}
    _check_names(folder, definition, claims, published)
    return Paper(name, definition, claims, published)


def _read(path: Path, kind: Any) -> Any:
    try:
        return TypeAdapter(kind).validate_python(parse_yaml(read_text(path, MOST_BYTES)))
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, wrong["loc"]))
        raise UserError(f"{path}: {shortened(place)}: {shortened(wrong['msg'])}") from error
    except ValueError as error:
        raise UserError(f"{path}: {error}") from error


def _check_names(folder: Path, definition: Definition, claims: list[Claim], published: dict[str, pd.DataFrame]) -> None:
    """Checks that everything is about entries that there are."""
    used = {f"entries.{name}": entry.mean_of for name, entry in definition.entries.items()}
    used |= {f"figures.{name}": figure.entries for name, figure in definition.figures.items()}
    used |= {
        f"claim {number}": [name for test in claim.tests for name in (test.entry, *test.others)]
        for number, claim in enumerate(claims, 1)
    }
    used |= {f"published/{name}.csv": list(table["entry"]) for name, table in published.items()}
    for place, names in used.items():
        for name in names:
            if name not in definition.entries and not (place.startswith(("published", "claim")) and name in REFERENCES):
                raise UserError(f"{folder}: {place}: there is no entry {name}.{did_you_mean(name, definition.entries)}")
