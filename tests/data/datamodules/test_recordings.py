"""Annotated recordings: what the readers find, and what becomes of clips that are short or long."""

from pathlib import Path

import pytest
import torch

from tests.data import miniature_corpora as corpora
from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.instantiate import instantiate
from wsed.config.validate import validate
from wsed.data.batch import Batch
from wsed.data.corpora.desed import Desed
from wsed.data.datamodules.recordings import RecordingDataModule
from wsed.errors import UserError
from wsed.prediction import Event


def opened(choice: str, root: Path, *words: str) -> RecordingDataModule:
    write, more = corpora.RECORDINGS[choice]
    if not root.exists():
        write(root)
    with hydra_initialized():
        config = validate(compose_config([f"data={choice}", f"data.root={root}", "data.duration=1.0", *more, *words]))
    data: RecordingDataModule = instantiate(config["data"]["module"])
    data.setup()
    return data


def everything(data: RecordingDataModule, split: str) -> Batch:
    clips = data.datasets[split]
    return clips[[(0, index) for index in range(len(clips))]]


def test_desed_has_weak_labels_for_training_and_events_for_testing(tmp_path: Path) -> None:
    data = opened("desed", tmp_path / "desed")
    train, test = everything(data, "train"), everything(data, "test")
    assert [data.labels[place] for place in train.weak[0].nonzero().flatten()] == ["Alarm_bell_ringing", "Speech"]
    assert train.weak.sum(1).tolist() == [2, 1, 1, 2, 1, 1]
    assert train.lengths is not None
    assert train.lengths.tolist() == [9600, 9600, 16000, 16000, 16000, 16000]
    assert not train.waveform[0, 9600:].any()
    assert not train.has_strong.any()
    assert test.has_strong.all()
    assert test.lengths is None
    assert test.events == [[Event(0.1, 0.5, "Dog"), Event(0.4, 1.0, "Speech")], [], [Event(0.0, 0.7, "Cat")]]
    assert [clip.tags for clip in Desed(str(tmp_path / "desed")).clips("unlabel_in_domain")] == [frozenset()] * 2


def test_dcase2017_task4_reads_the_lists_as_they_are_published(tmp_path: Path) -> None:
    data = opened("dcase2017_task4", tmp_path / "dcase")
    train, test = everything(data, "train"), everything(data, "test")
    tags = [{data.labels[place] for place in row.nonzero().flatten()} for row in train.weak]
    assert tags == [
        {"Civil defense siren"},
        {"Fire engine, fire truck (siren)"},
        {"Train horn", "Train"},
        {"Air horn, truck horn"},
        {"Car"},
        {"Car", "Car passing by"},
    ]
    assert test.filenames == ["-5QrBL6MzLg_60.000_70.000.wav", "-x70B12Mb-8_30.000_40.000.wav"]
    # A class that was heard and not located has a tag, and no event.
    assert test.events == [[Event(0.1, 0.5, "Train horn"), Event(0.0, 1.0, "Train")], []]
    assert test.weak.sum(1).tolist() == [2, 1]


def test_tables_of_both_kinds(tmp_path: Path) -> None:
    data = opened("tables", tmp_path / "own")
    assert everything(data, "train").weak.tolist() == [[1, 0], [0, 1]] * 3
    assert everything(data, "test").events == [[Event(0.1, 0.4, "a"), Event(0.2, 0.9, "b")], []]


def test_clips_are_cut_with_their_events(tmp_path: Path) -> None:
    data = opened("desed", tmp_path / "desed", "data.duration=0.45")
    test = everything(data, "test")
    assert test.waveform.shape == (3, 7200)
    assert test.events == [[Event(0.1, 0.45, "Dog"), Event(0.4, 0.45, "Speech")], [], [Event(0.0, 0.45, "Cat")]]
    # Nothing says where in the recording a tag is from.
    assert test.weak.sum(1).tolist() == [2, 0, 1]


def test_some_clips_are_held_out_and_no_more_than_asked_for_are_used(tmp_path: Path) -> None:
    root = tmp_path / "desed"
    whole = everything(opened("desed", root), "train").filenames
    data = opened("desed", root, "data.holdout=0.34")
    train, val = (everything(data, split).filenames for split in ("train", "val"))
    assert len(val) == 2
    assert sorted(train + val) == sorted(whole)
    fewer = opened("desed", root, "data.clips.train=3", "data.clips.test=1")
    assert (len(fewer.datasets["train"]), len(fewer.datasets["test"])) == (3, 1)


def test_a_corrupt_recording_is_refused_or_skipped_and_named(tmp_path: Path) -> None:
    root = tmp_path / "desed"
    corpora.desed(root)
    bad = root / "audio" / "train" / "weak" / "Y3_30.000_40.000.wav"
    bad.write_bytes(bad.read_bytes()[:100])
    with pytest.raises(UserError, match=r"Y3_30.000_40.000.wav: is truncated"):
        opened("desed", root)
    data = opened("desed", root, "data.on_error=skip")
    assert len(data.datasets["train"]) == 5
    assert data.audio is not None
    assert list(data.audio.skipped) == [str(bad)]


SPOILT = {
    "weak.tsv": [
        ("Y9.wav\tDog\nY9.wav\tCat\n", "row 3: is there twice"),
        ("Y9.wav\tDog,,Cat\n", "row 2: has an empty label"),
        ("Y2_30.000_40.000.wav\tDoggy\n", "row 2: Doggy is none of data.labels.*Did you mean Dog"),
    ],
    "validation.tsv": [
        ("a.wav\t0.5\t0.5\tDog\n", "row 2: offset 0.5 is not after onset 0.5"),
        ("a.wav\t0.5\t2.5\tDog\n", "validation.tsv, row 2: Dog from 0.5 to 2.5 s is beyond the 1 s of a.wav"),
        ("a.wav\t0.5\t\tDog\n", "row 2: has no offset"),
        ("Y2_30.000_40.000.wav\t0.1\t0.2\tDog\n", "is in both train and test"),
    ],
}


@pytest.mark.parametrize(("name", "rows", "said"), [(name, *case) for name, cases in SPOILT.items() for case in cases])
def test_annotation_that_cannot_be_used_is_named(name: str, rows: str, said: str, tmp_path: Path) -> None:
    root = tmp_path / "desed"
    corpora.desed(root)
    (table,) = root.rglob(name)
    table.write_text(table.read_text().splitlines()[0] + "\n" + rows)
    with pytest.raises(UserError, match=said):
        opened("desed", root)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["data.parts.train=[weakly]"], "data.parts.train: there is no weakly"),
        (["data.parts.val=[weak]"], "weak is in both train and val"),
        (["data.parts.val=[validation]", "data.parts.test=[]", "data.holdout=0.1"], "does not go with data.parts.val"),
        (["data.holdout=1.0"], "data.holdout: is 1.0; it needs a number from 0 to below 1"),
        (["data.parts.test=[public]"], "public.tsv: is missing"),
    ],
)
def test_parts_that_do_not_fit(words: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said):
        opened("desed", tmp_path / "desed", *words)


@pytest.mark.parametrize("model", ["dnn", "jsc", "strong_weak", "talnet"])
@pytest.mark.parametrize("loss", ["clip_bce", "mtl", "strong_weak"])
def test_padding_counts_in_no_loss_and_no_score(model: str, loss: str) -> None:
    from wsed.evaluation.prediction_collector import PredictionCollector
    from wsed.prediction import Target
    from wsed.training.run import build_system

    # Without context and normalisation over frames, what a frame says does not hang on its neighbours.
    words = [f"model={model}", f"loss={loss}", "pooling=attention"]
    with hydra_initialized():
        system = build_system(validate(compose_config(words))).eval()
    generator = torch.Generator().manual_seed(0)
    waveform = 0.1 * torch.randn(2, 16000, generator=generator)
    system.features.fit([waveform])
    lengths = torch.tensor([9600, 16000])
    waveform[0, 9600:] = 0
    valid = system.features.valid(lengths, system.features.frames(16000))
    assert valid.sum(1).tolist() == [system.features.frames(9600), system.features.frames(16000)]
    target = Target(torch.tensor([[1.0, 0, 1], [0, 1, 1]]), torch.ones(2))
    with torch.no_grad():
        prediction = system(waveform, lengths)
        loss_of_both, _ = system.loss(prediction, target)
        # Garbage behind the clip changes what frames there say, and nothing else.
        if model == "dnn":
            alone = system(waveform[:1, :9600])
            torch.testing.assert_close(prediction.clip_probs[:1], alone.clip_probs)
            longer = torch.cat([waveform, torch.zeros(2, 8000)], 1)
            again, _ = system.loss(system(longer, lengths), target)
            torch.testing.assert_close(again, loss_of_both)
    assert loss_of_both.isfinite()
    scorer = PredictionCollector(system.labels, system.features)
    batch = Batch(
        ["a.wav", "b.wav"],
        waveform,
        target.weak,
        torch.ones(2),
        [[], []],
        [],
        lengths=lengths,
        has_strong=torch.ones(2) > 0,
    )
    scorer.update(batch, prediction)
    assert [probs.shape[1] for probs in scorer.frame_probs] == valid.sum(1).tolist()
    assert scorer.durations == {"a.wav": 0.6, "b.wav": 1.0}
