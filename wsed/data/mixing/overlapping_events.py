"""The mixtures of Liu 2022 and Kong 2019: several events in one background."""

from collections.abc import Sequence

from wsed.data.mixing.base import filename, lowest_and_highest, random_of
from wsed.data.mixing.plan import EventPlan, MixturePlan
from wsed.data.mixing.playback import AS_RECORDED
from wsed.data.soundbanks.base import Soundbank
from wsed.errors import UserError


class OverlappingEvents:
    """As many events as there are onsets, each of another class, in one background; all of them may overlap.

    Liu 2022 has two events of 4 s at 3 s in 10 s, at 20 dB; Kong 2019 has three of 2 s at 0.5, 3 and 5.5 s, at 0, 10
    and 20 dB. Classes are drawn evenly, then recordings within a class; an event is cut to its first `event_duration`.

    Args:
        duration: seconds of a clip.
        onsets: seconds, lowest and highest for each event; drawn evenly between them. The last onset lies in the clip.
        event_duration: seconds that an event lasts at most.
        event_to_background_ratio: dB, lowest and highest; drawn evenly between them for each event.

    Raises:
        UserError: values that do not fit.
    """

    def __init__(
        self,
        duration: float,
        onsets: Sequence[Sequence[float]],
        event_duration: float,
        event_to_background_ratio: Sequence[float],
    ) -> None:
        for pair in onsets:
            if len(pair) != 2 or not 0 <= pair[0] <= pair[1] < duration:
                raise UserError(
                    f"mixing.onsets: holds {list(pair)}; it needs [lowest, highest] for each event, "
                    f"in seconds from 0 to below mixing.duration={duration:g}"
                )
        if not onsets:
            raise UserError("mixing.onsets: is empty; it needs [lowest, highest] for each event")
        if event_duration <= 0:
            raise UserError(f"mixing.event_duration: is {event_duration:g}; it needs seconds above 0")
        self.duration = duration
        self.onsets = [(float(low), float(high)) for low, high in onsets]
        self.event_duration = event_duration
        self.lowest, self.highest = lowest_and_highest(event_to_background_ratio, "event_to_background_ratio")

    def plan(
        self, bank: Soundbank, *, seed: int, split: str, epoch: int, index: int, clips: int, scored: bool
    ) -> MixturePlan:
        """See `Recipe`. Clips that are scored are like those for training.

        Raises:
            UserError: more events than classes.
        """
        if len(self.onsets) > len(bank.labels):
            raise UserError(
                f"mixing.onsets: is for {len(self.onsets)} events of different classes, but there are only "
                f"{len(bank.labels)}; name more in data.labels"
            )
        rng = random_of(seed, split, epoch, index)
        samples = round(self.duration * bank.sample_rate)
        background = bank.backgrounds[rng.integers(len(bank.backgrounds))]
        start = int(rng.integers(max(1, len(background.samples) - samples + 1)))
        events = []
        for place, (low, high) in zip(rng.permutation(len(bank.labels)), self.onsets, strict=False):
            label = bank.labels[place]
            recordings = bank.of(label)
            recording = recordings[rng.integers(len(recordings))]
            onset = round(float(rng.uniform(low, high)) * bank.sample_rate)
            longest = round(self.event_duration * bank.sample_rate)
            length = min(len(recording.samples), longest, samples - onset)
            ratio = float(rng.uniform(self.lowest, self.highest))
            events.append(EventPlan(recording.id, label, onset, length, AS_RECORDED, ratio))
        return MixturePlan(filename(split, epoch, index), samples, background.id, start, AS_RECORDED, tuple(events))
