"""What a whole corpus holds, and what is wrong with it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import soundfile
from rich.progress import Progress

from wsed.data.audio.cache import AudioCache, Fingerprints
from wsed.data.audio.io import SUFFIXES
from wsed.data.corpora.base import Clip, Corpus, check_labels
from wsed.data.datasets.recordings import check_events
from wsed.data.leakage import leaks
from wsed.data.soundbanks.files import FileSoundbankLoader
from wsed.errors import UserError


@dataclass
class Split:
    """What one split holds: recordings or sounds, hours, clips of each class, and clips without any."""

    clips: int = 0
    hours: float = 0.0
    classes: dict[str, int] = field(default_factory=dict)
    without_labels: int = 0


@dataclass
class Report:
    """What a corpus holds.

    Attributes:
        splits: by name.
        rates: files of each sample rate in Hz.
        channels: files of each number of channels.
        cache: bytes of the cache.
        problems: what is wrong, a line each.
    """

    splits: dict[str, Split] = field(default_factory=dict)
    rates: dict[int, int] = field(default_factory=dict)
    channels: dict[int, int] = field(default_factory=dict)
    cache: int = 0
    problems: list[str] = field(default_factory=list)


def check_soundbank(source: FileSoundbankLoader, folds: Mapping[str, Sequence[int]]) -> Report:
    """Reads every sound of a soundbank.

    Args:
        source: of the sounds; its `audio` is to skip what cannot be used, so that all of it is found.
        folds: of each split.
    """
    report = Report()
    try:
        items = source.items()
    except UserError as error:
        report.problems.append(str(error))
        return report
    seconds = _read(report, source.audio, [item.path for item in items], source.root.name, sounding=True)
    known = {item.fold for item in items}
    for split, chosen in folds.items():
        report.problems += [f"{split}: fold {fold} does not exist" for fold in chosen if fold not in known]
        own = [item for item in items if item.fold in chosen and item.path in seconds]
        lengths = [item.segment[1] - item.segment[0] if item.segment else seconds[item.path] for item in own]
        counts = Counter(item.label for item in own)
        report.splits[split] = Split(len(own), sum(lengths) / 3600, dict(sorted(counts.items())))
        if chosen:
            report.problems += [f"{split}: has no {label}" for label in source.labels if not counts[label]]
            if all(item.event for item in own):
                report.problems.append(f"{split}: has no background")
    splits = {fold: split for split, chosen in folds.items() for fold in chosen}
    used = [item for item in items if item.fold in splits]
    report.problems += _leaks((item.group, splits[item.fold], item.id) for item in used)
    _find_copies(report, source.audio, {item.path: splits[item.fold] for item in used})
    return report


def check_recordings(
    corpus: Corpus, audio: AudioCache, labels: Sequence[str], parts: Mapping[str, Sequence[str]]
) -> Report:
    """Reads every recording of the parts that are used.

    Args:
        corpus: of the recordings.
        audio: is to skip what cannot be used, so that all of it is found.
        labels: event classes.
        parts: of each split.
    """
    report = Report()
    splits: dict[str, list[Clip]] = {}
    for split, names in parts.items():
        clips = splits.setdefault(split, [])
        for name in names:
            try:
                clips += corpus.clips(name)
            except UserError as error:
                report.problems.append(f"{split}: {error}")
    every = [clip for clips in splits.values() for clip in clips]
    seconds = _read(report, audio, [clip.path for clip in every], "recordings", sounding=False)
    for split, clips in splits.items():
        for clip in clips:
            report.problems += _complaints(check_labels, [clip], labels)
            if clip.path in seconds:
                report.problems += _complaints(check_events, clip, seconds[clip.path])
        there = [clip for clip in clips if clip.path in seconds]
        counts = Counter(label for clip in there for label in clip.tags)
        hours = sum(seconds[clip.path] for clip in there) / 3600
        report.splits[split] = Split(
            len(there), hours, dict(sorted(counts.items())), sum(not clip.tags for clip in there)
        )
    named = {clip.path for clip in every}
    for folder in sorted({clip.path.parent for clip in every}):
        unnamed = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES and path not in named)
        if unnamed:
            report.problems.append(f"{folder}: recordings without annotation: {len(unnamed)}, first {unnamed[0].name}")
    report.problems += _leaks(
        (clip.filename, split, clip.filename) for split, clips in splits.items() for clip in clips
    )
    _find_copies(report, audio, {clip.path: split for split, clips in splits.items() for clip in clips})
    return report


def _complaints(check: Callable[..., None], *arguments: Any) -> list[str]:
    try:
        check(*arguments)
    except UserError as error:
        return [str(error)]
    return []


def _read(report: Report, audio: AudioCache, paths: Sequence[Path], title: str, sounding: bool) -> dict[Path, float]:
    """Seconds of every file that can be used."""
    unique = list(dict.fromkeys(paths))
    read = audio.read(unique, title, sounding)
    report.problems += [f"{path}: {text}" for path, text in audio.skipped.items()]
    report.cache = audio.size
    usable = {path: samples for path, samples in zip(unique, read, strict=True) if samples is not None}
    facts = [soundfile.info(path) for path in usable]
    report.rates = dict(sorted(Counter(fact.samplerate for fact in facts).items()))
    report.channels = dict(sorted(Counter(fact.channels for fact in facts).items()))
    return {path: len(samples) / audio.sample_rate for path, samples in usable.items()}


def _leaks(named: Iterable[tuple[str, str, str]]) -> list[str]:
    """Originals that are in two splits, from (original, split, name)."""
    return [
        f"{leak.item}: is in {leak.split}, and {leak.first} of the same original in {leak.home}"
        for leak in leaks(named)
    ]


def _find_copies(report: Report, audio: AudioCache, splits: Mapping[Path, str]) -> None:
    """Adds files of the same content that are in two splits."""
    if audio.folder is None:
        return
    with Progress(transient=True) as progress:
        digests = Fingerprints(audio.folder.parent).of(list(splits), progress, "recordings")
    for leak in leaks((digest, splits[path], path) for path, digest in digests.items() if digest):
        report.problems.append(f"{leak.item}: is in {leak.split}, and the same as {leak.first} in {leak.home}")
