from pathlib import Path

import numpy as np
import pytest
import soundfile

import wsed
from tests.commands.recordings.conftest import Command


def test_sources_sum_to_the_recording_and_have_its_form(small_run: Path, recordings: Path, command: Command) -> None:
    assert command("separate", small_run, recordings, "--output", "sounds")[0] == 0
    model = wsed.load(small_run)
    for name in ["a.wav", "b.flac", "night/a.wav", "short.ogg"]:
        recording, rate = soundfile.read(recordings / name, always_2d=True, dtype="float32")
        stem = name.rpartition(".")[0]
        expected = model.separate(recording.T, rate)
        paths = sorted(Path("sounds").glob(f"{stem}.*.wav"))
        assert [path.name for path in paths] == sorted(f"{Path(stem).name}.{source}.wav" for source in expected)
        total = np.zeros_like(recording)
        for path in paths:
            source, own_rate = soundfile.read(path, always_2d=True, dtype="float32")
            assert own_rate == rate
            assert soundfile.info(path).subtype == "FLOAT"
            np.testing.assert_allclose(source.T, expected[path.name.split(".")[-2]], atol=1e-6)
            total += source
        np.testing.assert_allclose(total, recording, atol=1e-6)
    assert not list(Path("sounds").glob(".separating-*"))


def test_wanted_classes_have_a_file_whether_they_are_detected_or_not(
    small_run: Path, recordings: Path, command: Command
) -> None:
    words = ["separate", small_run, recordings / "a.wav", "--output", "sounds", "--threshold", "1"]
    assert command(*words, "--classes", "gunshot,baby_cry")[0] == 0
    assert sorted(path.name for path in Path("sounds").glob("*.wav")) == [
        "a.baby_cry.wav",
        "a.gunshot.wav",
        "a.rest.wav",
    ]
    assert "1 skipped" in command(*words, "--classes", "gunshot,baby_cry")[2]
    assert command(*words[:4], "none", "--threshold", "1")[0] == 0
    assert [path.name for path in Path("none").glob("*.wav")] == ["a.rest.wav"]


def test_a_bad_recording_leaves_no_files(small_run: Path, recordings: Path, command: Command) -> None:
    whole = (recordings / "b.flac").read_bytes()
    (recordings / "b.flac").write_bytes(whole[:-2000])
    code, _, err = command("separate", small_run, recordings, "--output", "sounds")
    assert code == 1
    assert "b.flac" in err
    assert not list(Path("sounds").glob("b.*"))
    assert not list(Path("sounds").glob(".*"))


@pytest.mark.parametrize(
    ("words", "said"), [(["RUN", "audio"], "--output"), (["RUN", "none.wav", "--output", "x"], "none.wav")]
)
def test_mistakes(small_run: Path, recordings: Path, command: Command, words: list[str], said: str) -> None:
    code, _, err = command("separate", *(str(small_run) if word == "RUN" else word for word in words))
    assert code in (1, 2)
    assert said in err
