"""The datamodule of annotated recordings."""

import hashlib
from collections.abc import Sequence

from wsed.checks.labels import check_labels
from wsed.checks.ranges import (
    BatchSize,
    Clips,
    ClipSeconds,
    Labels,
    ListOrEmpty,
    OfSplits,
    Seed,
    ShareBelowOne,
    Text,
    Workers,
)
from wsed.data.audio.cache import AudioCache
from wsed.data.corpora.base import Clip, Corpus, check_parts, check_tags, check_unique, merging_remarks, originals
from wsed.data.corpus_info import CorpusInfo
from wsed.data.datamodules.base import SPLITS, ClipDataModule
from wsed.data.datasets.base import ClipDataset
from wsed.data.datasets.recordings import RecordingDataset
from wsed.data.leakage import leaks
from wsed.data.samplers.base import ClipSampler
from wsed.errors import UserError


class RecordingDataModule(ClipDataModule):
    """Annotated recordings of a corpus.

    Args:
        corpus: reads the annotation.
        audio: reads the recordings.
        labels: event classes in the order of the `class` axis.
        parts: parts of the corpus for `train`, `val` and `test`; empty for a split that is not used.
        holdout: share of the training clips that is used for validation instead, in [0, 1); chosen by filename.
        clips: maximum number of clips of each split, None for all; chosen by filename.
        duration: seconds that every clip is cropped or padded to.
        batch_size: number of clips in a batch, over all devices.
        sampler: sampler of the training clips.
        num_workers: processes that prepare batches, 0 for a thread, None to choose; does not change the result.
        shuffle_seed: seed of the order of the training clips.

    Raises:
        UserError: `holdout` is out of range.
    """

    def __init__(
        self,
        corpus: Corpus,
        audio: AudioCache,
        labels: Labels,
        parts: OfSplits[ListOrEmpty[Text]],
        holdout: ShareBelowOne,
        clips: OfSplits[Clips | None],
        duration: ClipSeconds,
        batch_size: BatchSize,
        sampler: ClipSampler,
        num_workers: Workers | None,
        shuffle_seed: Seed,
    ) -> None:
        super().__init__(batch_size, sampler, num_workers, shuffle_seed, audio)
        self.corpus = corpus
        self.labels = check_labels(labels)
        self.parts = {split: parts[split] for split in SPLITS}
        self.holdout = holdout
        self.clips = clips
        self.duration = duration
        if not 0 <= holdout < 1:
            raise UserError(f"data.holdout: is {holdout:g}; it needs a share from 0 to below 1")

    @property
    def clip_seconds(self) -> float | None:
        """See `ClipDataModule`."""
        return self.duration

    @property
    def info(self) -> CorpusInfo | None:
        """See `ClipDataModule`."""
        return getattr(self.corpus, "info", None)

    def open(self) -> dict[str, ClipDataset]:
        """See `ClipDataModule`."""
        check_parts(self.parts, self.corpus.parts)
        splits = {
            split: [clip for part in parts for clip in self.corpus.clips(part)] for split, parts in self.parts.items()
        }
        if self.holdout:
            if splits["val"]:
                raise UserError("data.holdout: does not go with data.parts.val; leave one out")
            splits["val"] = subset(splits["train"], round(self.holdout * len(splits["train"])))
            held_out = {clip.filename for clip in splits["val"]}
            splits["train"] = [clip for clip in splits["train"] if clip.filename not in held_out]
        splits = {split: subset(clips, self.clips[split]) for split, clips in splits.items()}
        for clips in splits.values():
            check_tags(clips, self.labels)
            check_unique(clips)
        for leak in leaks(originals(splits)):
            raise UserError(f"{leak.item}: is in both {leak.first_split} and {leak.split}; take it out of one")
        self.remarks = merging_remarks(clip for clips in splits.values() for clip in clips)
        return {split: self._dataset(clips, split) for split, clips in splits.items() if clips}

    def _dataset(self, clips: Sequence[Clip], split: str) -> RecordingDataset:
        assert self.audio is not None
        read = self.audio.read([clip.path for clip in clips], split)
        pairs = [(clip, samples) for clip, samples in zip(clips, read, strict=True) if samples is not None]
        rate = self.audio.sample_rate
        waveforms = [samples for _, samples in pairs]
        return RecordingDataset([clip for clip, _ in pairs], waveforms, self.labels, rate, round(self.duration * rate))


def subset(clips: Sequence[Clip], count: int | None) -> list[Clip]:
    """A pseudo-random subset that depends only on the filenames, in the given order.

    The filenames with the smallest digests are chosen, so that a clip that is added to the corpus replaces at most one
    clip of the subset.

    Args:
        clips: the clips to choose from.
        count: maximum number of clips to choose; None chooses all.
    """
    names = [clip.filename for clip in clips]
    chosen = set(sorted(names, key=lambda name: hashlib.blake2b(name.encode()).digest())[:count])
    return [clip for clip in clips if clip.filename in chosen]
