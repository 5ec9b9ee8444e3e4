"""The overrides of a run that trains for real within seconds."""

SIZES = [
    "mixing.duration=1.0",
    "data.soundbank.recordings=4",
    "data.clips={train: 12, val: 0, test: 3}",
    "data.batch_size=6",
    "network.widths=[4]",
    "trainer.max_epochs=2",
    "precision=32-true",
    "runtime.progress_bar=false",
    "postprocessing=plain",
    "evaluation.draws=20",
]
"""Two epochs of two steps on generated sounds, with whichever logger."""

SEPARATED = [*SIZES, "logger=csv"]
"""The same without Weights & Biases.

A later override of the same key wins, except for a group such as `logger`.
"""

DETECTION = "clip_based,frame_based,event_based,segment_based,intersection_based,psds_scenario1,psds_scenario2"
SMALL = [*SEPARATED, f"metrics=[{DETECTION}]"]
"""The same without scores of separation, which take as long as all the rest."""

LOGGED = [*SIZES, "data.clips={train: 12, val: 6, test: 3}", "evaluation.draws=0", "test=best"]
"""With the default logger, Weights & Biases, and with a validation split."""

DIVERGING_AND_GOOD = [
    "optimizer._target_=torch.optim.SGD",
    "optimizer.lr=1000",
    "trainer.max_epochs=4",
    "+optimizer.weight_decay=1000000,0",
]
"""A sweep of two runs: the loss of the first is soon not finite, the second ends well."""
