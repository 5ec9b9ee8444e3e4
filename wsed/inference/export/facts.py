"""What an export says about itself, in JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wsed import __version__
from wsed.checks.documents import parse_json
from wsed.checks.labels import check_labels
from wsed.checks.ranges import CountFromZero, Few
from wsed.config.instantiate import instantiate
from wsed.config.trust import check_described
from wsed.config.types import fits
from wsed.errors import UserError
from wsed.features.base import Features
from wsed.inference.model import Model
from wsed.systems.base import System
from wsed.systems.card import ModelCard

KEY = "wsed"
"""Name of the entry in an ONNX file, and stem of the extra file in an export to torch."""
MOST = 16 * 2**20
"""Bytes."""
KNOWN = {"wsed", "labels", "sample_rate", "frames_per_second", "reach", "time_reduction", "features", "card"}


@dataclass(frozen=True)
class Facts:
    """What is needed besides the numbers that an export gives.

    Attributes:
        labels: event classes in the order of the `class` axis.
        features: cut recordings into frames; have the STFT that masks belong to.
        reach: see `Encoder`.
        time_reduction: see `Encoder`.
        card: see `ModelCard`.
    """

    labels: tuple[str, ...]
    features: Features
    reach: int | None
    time_reduction: int
    card: ModelCard


def facts_of(model: Model) -> str:
    """The facts of a model.

    Raises:
        UserError: the model is an export itself.
    """
    system = model.system
    if not isinstance(system, System) or system.card is None:
        raise UserError("export: the model is an export already; give its run or its checkpoint")
    content = {
        "wsed": __version__,
        "labels": list(system.labels),
        "sample_rate": system.features.sample_rate,
        "frames_per_second": system.features.frames_per_second,
        "reach": system.reach,
        "time_reduction": system.time_reduction,
        "features": system.description["features"],
        "card": replace(system.card, postprocessing=model.postprocessing.description()).plain(),
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False)


def read_facts(text: str, path: Path, allowed: Sequence[str] = ()) -> Facts:
    """Checks facts and builds the features.

    Args:
        text: from `facts_of`, in a file of anybody.
        path: the file, for messages.
        allowed: modules besides wsed whose classes it may name.

    Raises:
        UserError: they cannot be used.
    """
    try:
        content = parse_json(text) if len(text) <= MOST else None
    except ValueError as error:
        raise UserError(f"{path}: its description {error}; export it again") from error
    if not isinstance(content, Mapping) or set(content) != KNOWN:
        raise UserError(f"{path}: was not exported by this version of wsed; export it again")
    labels, reach, reduction = content["labels"], content["reach"], content["time_reduction"]
    if not fits(labels, list[str]):
        raise UserError(f"{path}: labels must be a list of texts; export it again")
    if not fits(reach, CountFromZero | None):
        raise UserError(f"{path}: reach must be a whole number from 0; export it again")
    if not fits(reduction, Few):
        raise UserError(f"{path}: time_reduction must be a whole number from 1; export it again")
    check_described({"features": content["features"]}, path, allowed)
    features: Any = instantiate(content["features"])
    card = ModelCard.from_plain(content["card"], path, allowed)
    return Facts(check_labels(labels, f"{path}: labels"), features, reach, reduction, card)
