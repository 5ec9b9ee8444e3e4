import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sed_scores_eval
import soundfile

import wsed
from tests.commands.recordings.conftest import Command
from wsed.data.annotations import read_events

NAMES = ["a.wav", "b.flac", "night/a.wav", "short.ogg"]


def test_a_table_is_printed_that_is_the_same_as_from_python(
    small_run: Path, recordings: Path, command: Command
) -> None:
    code, out, err = command("detect", small_run, recordings / "b.flac")
    assert code == 0
    assert "1 recording, " in err
    assert "times real time on cpu" in err
    printed = pd.read_csv(io.StringIO(out), sep="\t")
    samples, rate = soundfile.read(recordings / "b.flac", dtype="float32")
    expected = wsed.load(small_run).detect(samples.T, rate)
    assert len(expected)
    assert list(printed) == ["filename", *expected]
    assert set(printed.pop("filename")) == {"b.flac"}
    pd.testing.assert_frame_equal(printed, expected, atol=1e-6, check_dtype=False)


def test_a_folder_has_a_file_of_each_format_and_one_for_all(
    small_run: Path, recordings: Path, command: Command
) -> None:
    words = ["--output", "found", "--format", "tsv,audacity,raven,jsonl,textgrid", "--scores"]
    assert command("detect", small_run, recordings, *words)[0] == 0
    found = {path.relative_to("found").as_posix() for path in Path("found").rglob("*") if path.is_file()}
    suffixes = [".tsv", ".txt", ".selections.txt", ".jsonl", ".TextGrid"]
    stems = ["a", "b", "night/a", "short"]
    scores = {f"scores/{stem.replace('/', '%2F')}.tsv" for stem in stems}
    together = {"events.tsv", "events.selections.txt", "events.jsonl"}
    assert found == {f"{stem}{end}" for stem in stems for end in suffixes} | scores | together | {"finished.jsonl"}
    events = read_events(Path("found/events.tsv"))
    assert sorted(set(events["filename"])) == NAMES
    single = pd.concat([read_events(Path("found", f"{stem}.tsv")) for stem in stems], ignore_index=True)
    pd.testing.assert_frame_equal(events.reset_index(drop=True), single.reset_index(drop=True))
    by_clip = sed_scores_eval.io.read_sed_scores("found/scores/a.tsv")
    samples, rate = soundfile.read(recordings / "a.wav", dtype="float32")
    expected = wsed.load(small_run).scores(samples, rate)
    np.testing.assert_allclose(by_clip.to_numpy(), expected.to_numpy(), atol=1e-6)


def test_scores_and_events_can_be_evaluated(small_run: Path, recordings: Path, command: Command) -> None:
    assert command("detect", small_run, recordings, "--output", "found", "--scores")[0] == 0
    label = wsed.load(small_run).labels[0]
    rows = "".join(f"{name}\t0.1\t0.5\t{label}\n" for name in NAMES if name != "short.ogg")
    Path("reference.tsv").write_text(f"filename\tonset\toffset\tevent_label\n{rows}short.ogg\t\t\t\n")
    lengths = "".join(
        f"{name}\t{soundfile.info(recordings / name).frames / soundfile.info(recordings / name).samplerate}\n"
        for name in NAMES
    )
    Path("durations.tsv").write_text(f"filename\tduration\n{lengths}")
    words = ["--reference", "reference.tsv", "evaluation.draws=0"]
    only = ["--classes", label, "--output", "one"]
    assert command("detect", small_run, recordings, *only)[0] == 0
    code, out, err = command("evaluate", "--events", "one/events.tsv", *words)
    assert (code, "event_based" in out or "event-based" in out.lower()) == (0, True), err


def test_the_same_command_again_skips_what_is_finished_and_does_what_is_not(
    small_run: Path, recordings: Path, command: Command
) -> None:
    words = ["detect", small_run, recordings, "--output", "found"]
    assert command(*words)[0] == 0
    first = Path("found/events.tsv").read_bytes()
    assert "0 recordings, 4 skipped" in command(*words)[2]
    Path("found/b.tsv").unlink()
    with Path("found/finished.jsonl").open("ab") as file:
        file.write(b'{"name": "cut off')
    soundfile.write(recordings / "c.wav", np.zeros(4000), 16000)
    assert "2 recordings, 3 skipped" in command(*words)[2]
    (recordings / "c.wav").unlink()
    assert "0 recordings, 4 skipped" in command(*words)[2]
    assert Path("found/events.tsv").read_bytes() == first
    assert "4 recordings, " in command(*words, "--threshold", "0.9")[2]
    assert "4 recordings, " in command(*words)[2]
    assert Path("found/events.tsv").read_bytes() == first


def test_a_bad_recording_is_named_at_the_end_and_stops_nothing(
    small_run: Path, recordings: Path, command: Command
) -> None:
    (recordings / "aa.wav").write_text("not audio")
    whole = (recordings / "b.flac").read_bytes()
    (recordings / "bb.flac").write_bytes(whole[: len(whole) // 2])
    (recordings / "nan.wav").unlink(missing_ok=True)
    soundfile.write(recordings / "nan.wav", np.full(9000, np.nan), 16000, subtype="FLOAT")
    code, _, err = command("detect", small_run, recordings, "missing.wav", "--output", "found")
    assert code == 1
    assert "4 recordings, " in err
    complaints = [line for line in err.splitlines() if line.startswith("wsed: ")]
    assert len(complaints) == 4
    for name, complaint in zip(["aa.wav", "bb.flac", "nan.wav", "missing.wav"], complaints, strict=True):
        assert name in complaint
    assert sorted(set(read_events(Path("found/events.tsv"))["filename"])) == NAMES


def test_standard_input_and_patterns(small_run: Path, recordings: Path, command: Command) -> None:
    expected = command("detect", small_run, recordings / "a.wav")[1]
    words = [sys.executable, "-m", "wsed", "detect", str(small_run), "-"]
    with (recordings / "a.wav").open("rb") as file:
        piped = subprocess.run(words, stdin=file, capture_output=True, text=True, check=True)
    assert piped.stdout == expected.replace("a.wav", "stdin")
    found = command("detect", small_run, f"{recordings}/?.wav")[1]
    assert found == expected


def test_files_of_the_same_name_are_told_apart(small_run: Path, recordings: Path, command: Command) -> None:
    words = [recordings / "a.wav", recordings / "night" / "a.wav", recordings / "a.wav"]
    assert command("detect", small_run, *words, "--output", "found")[0] == 0
    assert set(read_events(Path("found/events.tsv"))["filename"]) == {"a.wav", "night/a.wav"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["RUN", "empty"], "empty: has no recordings"),
        (["RUN", "nothing*"], "nothing*: matches no file"),
        (["RUN", "audio", "--classes", "babycry"], "Did you mean baby_cry?"),
        (["RUN", "audio", "--threshold", "2"], "must be from 0 to 1"),
        (["RUN", "audio", "--format", "raven"], "add --output"),
        (["RUN", "audio", "--output", "x", "--format", "ravn"], "Did you mean raven?"),
        (["RUN", "audio", "--channels", "middle"], "invalid choice"),
        (["audio", "audio"], "is not the folder of a run"),
        (["audio/a.wav", "audio"], "is not a checkpoint"),
        (["RUN"], "AUDIO"),
    ],
)
def test_mistakes(small_run: Path, recordings: Path, command: Command, words: list[str], said: str) -> None:
    Path("empty").mkdir()
    code, _, err = command("detect", *(str(small_run) if word == "RUN" else word for word in words))
    assert code == 2
    assert err.startswith("wsed: ")
    assert len(err.splitlines()) == 1
    assert said in err
    assert not Path("x").exists()
