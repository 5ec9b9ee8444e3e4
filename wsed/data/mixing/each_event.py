"""The mixtures of the published code of Kong 2018: each isolated event once."""

from wsed.checks.ranges import ClipSeconds, Decibels, Pair
from wsed.data.mixing.base import check_ratio, clip_filename, random_generator
from wsed.data.mixing.perturbation import UNPERTURBED
from wsed.data.mixing.plan import EventPlan, MixturePlan
from wsed.data.soundbanks.base import Soundbank
from wsed.errors import UserError

KINDS = 3
"""Training clips of each event: its background, the event, and both."""

LAST_START = 24
"""Seconds. The latest start in a background of 30 s."""


class EachEvent:
    """Each isolated event of the soundbank once, in the middle of a clip (Kong 2018, published code).

    An event has one background, which starts at a whole second up to the 24th. It gives three clips for training, the
    background alone, the event alone, and both, and one for evaluation, which has both. All epochs have the same clips.
    A longer event is cropped to its first samples.

    Args:
        duration: duration of a clip in seconds.
        event_to_background_ratio: the lowest and the highest ratio in dB; drawn uniformly for each event.

    Raises:
        UserError: an argument is out of range.
    """

    fresh = False

    def __init__(self, duration: ClipSeconds, event_to_background_ratio: Pair[Decibels]) -> None:
        self.duration = duration
        self.lowest_ratio, self.highest_ratio = check_ratio(event_to_background_ratio, "event_to_background_ratio")

    def clips(self, bank: Soundbank, for_evaluation: bool) -> int:
        """The number of clips.

        Args:
            bank: the recordings of the split.
            for_evaluation: whether the split is for validation or test.
        """
        return len(bank.events) * (1 if for_evaluation else KINDS)

    def plan(
        self, bank: Soundbank, *, seed: int, split: str, epoch: int, index: int, clips: int, for_evaluation: bool
    ) -> MixturePlan:
        """See `Recipe`.

        Raises:
            UserError: more clips are asked for than there are.
        """
        if clips > self.clips(bank, for_evaluation):
            raise UserError(
                f"data.clips.{split}: is {clips}, but {len(bank.events)} events give "
                f"{self.clips(bank, for_evaluation)} clips; set it to null for all"
            )
        place, kind = (index, KINDS - 1) if for_evaluation else divmod(index, KINDS)
        samples = round(self.duration * bank.sample_rate)
        order = random_generator(seed, split, 0).permutation(len(bank.backgrounds))
        background = bank.backgrounds[order[place % len(order)]]
        rng = random_generator(seed, split, 0, place)
        left = max(0, len(background.waveform) - samples) // bank.sample_rate
        start = int(rng.integers(min(LAST_START, left) + 1)) * bank.sample_rate
        ratio = float(rng.uniform(self.lowest_ratio, self.highest_ratio))
        recording = bank.events[place]
        length = min(len(recording.waveform), samples)
        event = EventPlan(recording.id, recording.label, (samples - length) // 2, length, UNPERTURBED, ratio)
        return MixturePlan(
            clip_filename(split, epoch, index),
            samples,
            None if kind == 1 else background.id,
            0 if kind == 1 else start,
            UNPERTURBED,
            () if kind == 0 else (event,),
        )
