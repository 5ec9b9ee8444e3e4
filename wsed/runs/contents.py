"""What the files of a run folder hold. Everything that is read from them has been checked against these types."""

import functools
import reprlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Required

from annotated_types import Interval, Len
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from wsed.checks.names import shortened

State = Literal["pending", "running", "done", "stopped", "pruned", "failed"]


def _text(longest: int) -> AfterValidator:
    """Checks for a text. Pydantic's own type refuses the names of files that are not UTF-8, as Python reads them."""

    def check(value: Any) -> Any:
        if not isinstance(value, str) or len(value) > longest:
            raise ValueError(f"it should be a text of at most {longest} characters")
        return value

    return AfterValidator(check)


Name = Annotated[Any, _text(1000)]
Text = Annotated[Any, _text(100_000)]
Number = Annotated[float, Interval(ge=-1e100, le=1e100)]
"""Far beyond any score. Squares and sums of such numbers are finite."""
Amount = Annotated[int, Interval(ge=0, le=10**15)]
Seconds = Annotated[float, Interval(ge=0, le=1e12)]


def _names_class(value: str) -> str:
    if "{label}" not in value:
        raise ValueError("it should have {label} in place of the class")
    return value


class Status(TypedDict, total=False):
    """`status.json`: how far a run is, and the process that executes it."""

    status: Required[State]
    reason: Text | None
    identity: Name
    command: Text
    host: Name
    pid: Annotated[int, Interval(ge=1, le=2**31 - 1)]
    slurm_job: Annotated[str, Field(pattern=r"^\d+(_\d+)?$", max_length=100)] | None


class Measure(TypedDict, total=False):
    """How to show a score, see `wsed.metrics.measure.Measure`."""

    key: Required[Name]
    title: Name
    unit: Name
    decimals: Annotated[int, Interval(ge=0, le=15)]
    higher_is_better: bool | None
    per_class: Annotated[Name, AfterValidator(_names_class)] | None
    shown: bool


class Git(TypedDict, total=False):
    """The state of the source."""

    commit: Name
    dirty: bool


class Results(TypedDict, total=False):
    """`results.json`: scores, timing and environment."""

    name: Name
    identity: Name
    overrides: Annotated[list[Text], Len(0, 10_000)]
    command: Text | None
    choices: Annotated[dict[Name, Name | None], Len(0, 1000)]
    labels: Annotated[list[Name], Len(0, 2000)]
    seed: int | None
    decoded: Amount
    skipped: dict[Text, Text]
    parameters: Amount | None
    precision: Name
    validation: dict[Name, Number | None]
    metrics: dict[Name, Number | Annotated[list[Number | None], Len(2, 2)] | None]
    measures: Annotated[list[Measure], Len(0, 500)]
    timing: dict[Name, Seconds]
    versions: dict[Name, Name]
    git: Git | None
    members: dict[Text, list[Text]]


Described = Annotated[dict[str, Any], Len(0, 10_000)]


class Config(TypedDict, total=False):
    """`config.yaml`: the sections that other commands read, and whether they are mappings; not their arguments."""

    name: Name
    test: Literal["last", "best"]
    data: Described
    mixing: Described
    model: Described
    metrics: Annotated[dict[Name, Described], Len(0, 1000)] | None
    evaluation: Described
    postprocessing: Described
    trainer: Described
    runtime: Described
    logger: Described | None


class Postprocessing(TypedDict, total=False):
    _target_: Required[Name]


"""`postprocessing.json`: the class of the post-processing, and its arguments."""


def problem(content: dict[str, Any], kind: Any) -> str | None:
    """What is wrong with the content of a file, in words; None if it is what a type of this module says.

    Args:
        content: as `wsed.checks.documents` reads it.
        kind: such as `Status`.
    """
    try:
        _adapter(kind).validate_python(content, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return _in_words(content, first["loc"], first["msg"])
    if kind is Status and content["status"] == "running" and not {"host", "pid"} <= content.keys():
        return "does not say which process runs it"
    return None


@functools.cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _in_words(content: Any, location: Sequence[int | str], message: str) -> str:
    keys: list[str] = []
    value = content
    for key in location:
        if (isinstance(value, list) and isinstance(key, int)) or (isinstance(value, dict) and key in value):
            value = value[key]  # type: ignore[index]  # it is the key of a mapping, or the place in a list
            keys.append(str(key))
        else:
            # The rest of the location names the alternatives of the type, not keys.
            break
    where = shortened(".".join(keys)) or "the content"
    if location and location[-1] not in keys and message == "Field required":
        return f"{where} has no {location[-1]}"
    message = message.removeprefix("Value error, ")
    return f"{where} is {reprlib.repr(value)}: {message[0].lower()}{message[1:]}"
