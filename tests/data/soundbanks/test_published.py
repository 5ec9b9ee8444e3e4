"""Published corpora of isolated sounds, in miniature copies of their layout."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.data import miniature_corpora as corpora
from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.instantiate import instantiate
from wsed.config.validate import validate
from wsed.data.datamodules.mixtures import MixtureDataModule
from wsed.data.soundbanks.base import Soundbank
from wsed.errors import UserError


def opened(root: Path, words: list[str]) -> MixtureDataModule:
    with hydra_initialized():
        config: dict[str, Any] = validate(compose_config([*words, "data.clips={train: 6, val: 0, test: 4}"]))
    data: MixtureDataModule = instantiate(config["data"]["module"])
    return data


def bank_of(choice: str, root: Path, *words: str) -> Soundbank:
    return opened(root, [*corpora.write(choice, root), *words]).soundbank.load()


@pytest.mark.parametrize("choice", corpora.SOUNDBANKS)
def test_every_one_is_mixed_without_a_recording_on_both_sides(choice: str, tmp_path: Path) -> None:
    root = tmp_path / choice
    data = opened(root, [*corpora.write(choice, root), "mixing.duration=1.0"])
    data.setup()
    train, test = (clips[[(0, index) for index in range(len(clips))]] for clips in data.datasets.values())
    assert len(train.filenames) == 6
    assert test.weak.sum(1).tolist() == [1] * 4
    banks = [clips.bank for clips in data.datasets.values()]  # type: ignore[attr-defined]  # they are mixed in memory
    groups = [{recording.group for recording in bank.events + bank.backgrounds} for bank in banks]
    assert not groups[0] & groups[1]


def test_esc50_has_five_folds_of_originals(tmp_path: Path) -> None:
    bank = bank_of("esc50", tmp_path / "esc50")
    assert Counter(event.fold for event in bank.events) == dict.fromkeys(range(1, 6), 4)
    assert {event.group for event in bank.events if event.label == "dog"} == {f"{fold}-{fold}" for fold in range(1, 6)}


def test_urbansound8k_has_ten_folds_of_uploads(tmp_path: Path) -> None:
    bank = bank_of("urbansound8k", tmp_path / "us8k")
    assert Counter(event.fold for event in bank.events) == dict.fromkeys(range(1, 11), 4)
    assert len({event.group for event in bank.events}) == 20
    assert {scene.label for scene in bank.backgrounds} == {"street_music"}


def test_rare_events_are_segments_in_the_folds_of_the_setup(tmp_path: Path) -> None:
    bank = bank_of("rare_events", tmp_path / "rare")
    assert Counter((event.label, event.fold) for event in bank.events) == {
        (label, fold): 4 for label in ("babycry", "glassbreak", "gunshot") for fold in (1, 2)
    }
    assert sorted({len(event.waveform) for event in bank.events}) == [round(0.4 * 16000), round(0.8 * 16000)]
    assert {scene.group for scene in bank.backgrounds if scene.fold == 1} == {"scene a000", "scene a001"}


def test_rare_events_over_the_scenes_of_task_1(tmp_path: Path) -> None:
    scenes = tmp_path / "scenes"
    corpora.tut_scenes_2017(scenes)
    bank = bank_of("rare_events", tmp_path / "rare", f"data.scenes_root={scenes}")
    assert {scene.label for scene in bank.backgrounds} == {"beach"}
    places = {fold: {scene.group for scene in bank.backgrounds if scene.fold == fold} for fold in (1, 2)}
    assert [len(found) for found in places.values()] == [2, 2]
    assert not places[1] & places[2]


def test_fsdkaggle2018_uses_what_was_checked_by_hand(tmp_path: Path) -> None:
    bank = bank_of("fsdkaggle2018", tmp_path / "fsd")
    assert Counter(event.label for event in bank.events) == {"Bark": 5, "Hi-hat": 5}
    assert {event.fold for event in bank.events} == {1, 2, 3, 4}
    assert len(bank.backgrounds) == 16
    every = opened(tmp_path, [*words_of(tmp_path / "fsd"), "data.soundbank.verified=false"]).soundbank.load()
    assert len(every.events) == 12


def words_of(root: Path) -> list[str]:
    return ["data=fsdkaggle2018", f"data.root={root}", "data.labels=[Bark,Hi-hat]", f"data.scenes_root={root}/scenes"]


def test_the_layout_of_kaggle(tmp_path: Path) -> None:
    root = tmp_path / "fsd"
    expected = bank_of("fsdkaggle2018", root)
    (root / "FSDKaggle2018.audio_train").rename(root / "audio_train")
    rows = (root / "FSDKaggle2018.meta" / "train_post_competition.csv").read_text().splitlines()
    (root / "train.csv").write_text("\n".join(",".join(row.split(",")[:3]) for row in rows) + "\n")
    (root / "FSDKaggle2018.meta" / "train_post_competition.csv").unlink()
    found = opened(root, words_of(root)).soundbank.load()
    assert [event.id for event in found.events] == [event.id for event in expected.events]


@pytest.mark.parametrize(
    ("choice", "spoil", "said"),
    [
        ("rare_events", "cv_setup/bgs_devtest.yaml", "bgs_devtest.yaml: does not exist; point data.root at"),
        ("fsdkaggle2018", "scenes/meta.csv", "has neither meta.csv nor meta.txt"),
        ("fsdkaggle2018", "FSDKaggle2018.meta/train_post_competition.csv", "does not exist; see `wsed data list`"),
        ("urbansound8k", "audio/fold3/1003-1-0-0.wav", "1003-1-0-0.wav: does not exist"),
        ("esc50", "meta/esc50.csv", "has no meta.csv"),
    ],
)
def test_what_is_missing_is_named(choice: str, spoil: str, said: str, tmp_path: Path) -> None:
    words = corpora.write(choice, tmp_path / "corpus")
    (tmp_path / "corpus" / spoil).unlink()
    with pytest.raises(UserError, match=said):
        opened(tmp_path, words).soundbank.load()


def test_a_segment_beyond_its_recording(tmp_path: Path) -> None:
    words = corpora.write("rare_events", tmp_path / "rare")
    path = tmp_path / "rare" / "cv_setup" / "events_devtrain.yaml"
    path.write_text(path.read_text().replace("- 0.9", "- 5.0"))
    with pytest.raises(UserError, match=r"10000.wav: has 2 s, and so no sound from 5 to 1.7 s"):
        opened(tmp_path, words).soundbank.load()


def test_a_class_that_the_corpus_does_not_have(tmp_path: Path) -> None:
    words = corpora.write("urbansound8k", tmp_path / "corpus")
    with pytest.raises(UserError, match=r"category horn is not in .* it has car_horn, siren, street_music"):
        opened(tmp_path, [*words[:2], "data.labels=[horn]", "data.scenes=[street_music]"]).soundbank.load()
