"""Checks of whole corpora: a summary of the content, and every problem."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.progress import Progress

from wsed.data.audio.cache import AudioCache
from wsed.data.audio.fingerprints import Fingerprints
from wsed.data.audio.io import SUFFIXES, read_audio, read_header
from wsed.data.corpora.base import Clip, Corpus, check_events, check_tags, check_unique, merging_remarks, originals
from wsed.data.datamodules.base import SPLITS
from wsed.data.leakage import leaks
from wsed.data.mixture_folder import MixtureFolder
from wsed.data.soundbanks.files import Entry, FileSoundbankLoader
from wsed.errors import UserError


@dataclass
class SplitSummary:
    """Summary of one split.

    Attributes:
        clips: number of recordings that can be used.
        hours: total duration of these recordings.
        classes: number of clips of each class.
        without_labels: number of clips without a label.
    """

    clips: int = 0
    hours: float = 0.0
    classes: dict[str, int] = field(default_factory=dict)
    without_labels: int = 0


@dataclass
class CorpusReport:
    """Summary of a corpus, and its problems.

    Attributes:
        splits: summary of each split, by name.
        rates: number of files with each sample rate in Hz.
        channels: number of files with each number of channels.
        cache: size of the cache in bytes.
        problems: one line for each problem.
        remarks: one line for each thing that is allowed but may be a mistake.
    """

    splits: dict[str, SplitSummary] = field(default_factory=dict)
    rates: dict[int, int] = field(default_factory=dict)
    channels: dict[int, int] = field(default_factory=dict)
    cache: int = 0
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def check_soundbank(loader: FileSoundbankLoader, folds: Mapping[str, Sequence[int]]) -> CorpusReport:
    """Reads every sound of a soundbank.

    Args:
        loader: loader of the soundbank. Its `audio` must skip errors, so that all of them are found.
        folds: folds of each split.
    """
    report = CorpusReport()
    try:
        entries = loader.entries()
    except UserError as error:
        report.problems.append(str(error))
        return report
    seconds = _read(report, loader.audio, [entry.path for entry in entries], loader.root.name, refuse_silent=True)
    known = {entry.fold for entry in entries}
    for split, chosen in folds.items():
        report.problems += [f"{split}: fold {fold} does not exist" for fold in chosen if fold not in known]
        usable = [entry for entry in entries if entry.fold in chosen and entry.path in seconds]
        report.splits[split] = _summarise_entries(usable, seconds)
        if chosen:
            counts = report.splits[split].classes
            report.problems += [f"{split}: has no {label}" for label in loader.labels if label not in counts]
            if all(entry.is_event for entry in usable):
                report.problems.append(f"{split}: has no background")
    splits = {fold: split for split, chosen in folds.items() for fold in chosen}
    used = [entry for entry in entries if entry.fold in splits]
    report.problems += _leaks((entry.group, splits[entry.fold], entry.id) for entry in used)
    _find_copies(report, loader.audio, {entry.path: splits[entry.fold] for entry in used if entry.path in seconds})
    return report


def check_recordings(
    corpus: Corpus, audio: AudioCache, labels: Sequence[str], parts: Mapping[str, Sequence[str]]
) -> CorpusReport:
    """Reads every recording of the parts that are used.

    Args:
        corpus: reads the annotation.
        audio: reads the recordings. It must skip errors, so that all of them are found.
        labels: event classes.
        parts: parts of the corpus for each split.
    """
    report = CorpusReport()
    splits = _read_annotation(report, corpus, parts)
    paths = [clip.path for clips in splits.values() for clip in clips]
    seconds = _read(report, audio, paths, "recordings", refuse_silent=False)
    report.remarks += merging_remarks(clip for clips in splits.values() for clip in clips)
    for split, clips in splits.items():
        report.problems += _problems(check_unique, clips)
        for clip in clips:
            report.problems += _problems(check_tags, [clip], labels)
            if clip.path in seconds:
                report.problems += _problems(check_events, clip, seconds[clip.path])
        report.splits[split] = _summarise_clips([clip for clip in clips if clip.path in seconds], seconds)
    for folder in sorted({path.parent for path in paths}):
        files = {path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES}
        extra = sorted(files - set(paths))
        if extra:
            report.problems.append(f"{folder}: recordings without annotation: {len(extra)}, first {extra[0].name}")
    report.problems += dict.fromkeys(_leaks(originals(splits)))
    used = {clip.path: split for split, clips in splits.items() for clip in clips if clip.path in seconds}
    _find_copies(report, audio, used)
    return report


def check_mixtures(root: Path, labels: Sequence[str], sample_rate: int) -> CorpusReport:
    """Reads every file of a folder that `wsed data mix` wrote.

    Args:
        root: the folder.
        labels: event classes.
        sample_rate: Hz.
    """
    report = CorpusReport()
    for split in SPLITS:
        folder = MixtureFolder(root / split)
        if split == "val" and not folder.path.exists():
            continue
        report.splits[split] = SplitSummary()
        try:
            plans = folder.read_plans(labels)
        except UserError as error:
            report.problems.append(str(error))
            continue
        differing = list(folder.problems(plans, sample_rate, with_sources=True))
        paths = [path for plan in plans for path in (folder.mixture(plan), *folder.sources(plan).values())]
        damaged = [problem for path in paths for problem in _problems(read_audio, path, sample_rate)]
        report.problems += dict.fromkeys(differing + damaged)
        counts = Counter(label for plan in plans for label in {event.label for event in plan.events})
        hours = sum(plan.samples for plan in plans) / sample_rate / 3600
        without = sum(not plan.events for plan in plans)
        report.splits[split] = SplitSummary(len(plans), hours, dict(sorted(counts.items())), without)
    return report


def _read_annotation(report: CorpusReport, corpus: Corpus, parts: Mapping[str, Sequence[str]]) -> dict[str, list[Clip]]:
    """The clips of each split; adds annotation that cannot be read to the problems."""
    splits: dict[str, list[Clip]] = {}
    for split, names in parts.items():
        clips = splits.setdefault(split, [])
        for name in names:
            try:
                clips += corpus.clips(name)
            except UserError as error:
                report.problems.append(f"{split}: {error}")
    return splits


def _summarise_entries(entries: Sequence[Entry], seconds: Mapping[Path, float]) -> SplitSummary:
    durations = [entry.segment[1] - entry.segment[0] if entry.segment else seconds[entry.path] for entry in entries]
    counts = Counter(entry.label for entry in entries)
    return SplitSummary(len(entries), sum(durations) / 3600, dict(sorted(counts.items())))


def _summarise_clips(clips: Sequence[Clip], seconds: Mapping[Path, float]) -> SplitSummary:
    counts = Counter(label for clip in clips for label in clip.tags)
    hours = sum(seconds[clip.path] for clip in clips) / 3600
    return SplitSummary(len(clips), hours, dict(sorted(counts.items())), sum(not clip.tags for clip in clips))


def _problems(check: Callable[..., object], *arguments: Any) -> list[str]:
    """The error of a check as a list of at most one line."""
    try:
        check(*arguments)
    except UserError as error:
        return [str(error)]
    return []


def _read(
    report: CorpusReport, audio: AudioCache, paths: Sequence[Path], title: str, refuse_silent: bool
) -> dict[Path, float]:
    """The duration in seconds of every file that can be used; adds the others to the problems."""
    unique = list(dict.fromkeys(paths))
    read = audio.read(unique, title, refuse_silent)
    report.problems += [f"{path}: {text}" for path, text in audio.skipped.items()]
    report.cache = audio.size
    usable = {path: samples for path, samples in zip(unique, read, strict=True) if samples is not None}
    headers = [read_header(path) for path in usable]
    report.rates = dict(sorted(Counter(header.sample_rate for header in headers).items()))
    report.channels = dict(sorted(Counter(header.channels for header in headers).items()))
    return {path: len(samples) / audio.sample_rate for path, samples in usable.items()}


def _leaks(named: Iterable[tuple[str, str, str]]) -> list[str]:
    """Describes originals that are in two splits, given tuples (original, split, name)."""
    return [
        f"{leak.item}: is in {leak.split}, and {leak.first} of the same original in {leak.first_split}"
        for leak in leaks(named)
    ]


def _find_copies(report: CorpusReport, audio: AudioCache, splits: Mapping[Path, str]) -> None:
    """Adds files with the same content in two splits to the problems."""
    if audio.folder is None:
        return
    with Progress(transient=True) as progress:
        digests = Fingerprints(audio.folder.parent).digests(list(splits), progress, "recordings")
    for leak in leaks((digest, splits[path], path) for path, digest in digests.items() if digest):
        report.problems.append(f"{leak.item}: is in {leak.split}, and the same as {leak.first} in {leak.first_split}")
