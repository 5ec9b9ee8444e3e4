"""Names of score files: no two alike, readable by our reader and by sed_scores_eval."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sed_scores_eval import io

from wsed.checks.clip_names import score_names, sound_folder
from wsed.data.score_files import read_scores
from wsed.runs.folder import PredictionFiles

PARTS = st.text(st.sampled_from("ab.%2F~ é-_"), min_size=1, max_size=6).filter(lambda part: set(part) - {"."})
SUFFIXES = st.sampled_from(["", ".wav", ".flac", ".WAV", ".tsv"])
NAMES = st.builds(lambda parts, suffix: "/".join(parts) + suffix, st.lists(PARTS, min_size=1, max_size=3), SUFFIXES)


@pytest.mark.parametrize(
    ("filenames", "expected"),
    [
        (["a.wav", "b.x.flac", "100%.wav"], ["a", "b.x", "100%"]),
        (["s1/4.wav", "s2/4.wav"], ["s1%2F4", "s2%2F4"]),
        (["a.wav", "a.flac", "b.wav"], ["a.wav", "a.flac", "b.wav"]),
        (["a%2Fb.wav", "a/b.wav"], ["a%252Fb", "a%2Fb"]),
        (["a.wav", "a.wav.wav", "a.flac"], ["a.wav", "a.wav.wav", "a.flac"]),
    ],
)
def test_names_of_score_files(filenames: list[str], expected: list[str]) -> None:
    assert list(score_names(filenames).values()) == expected


def test_names_of_sounds() -> None:
    names = ["a.wav", "a.flac", "s1/a.wav", "s2/a.wav", "s1%2Fa.wav", "x" * 300 + "1.wav", "x" * 300 + "2.wav"]
    assert [sound_folder(name) for name in names[:4]] == ["a", "a.flac", "s1%2Fa", "s2%2Fa"]
    assert len({sound_folder(name) for name in names}) == len(names)
    assert max(len(sound_folder(name)) for name in names) < 255


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filenames=st.lists(NAMES | st.just("x" * 200 + "/" + "y" * 200 + ".wav"), min_size=1, max_size=6, unique=True))
def test_every_clip_has_a_file_that_is_read_back(
    filenames: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = PredictionFiles(tmp_path_factory.mktemp("predictions"))
    files.scores.mkdir()
    for number, path in enumerate(files.score_files(filenames).values()):
        table = pd.DataFrame({"onset": [0.0], "offset": [1.0], "dog": [number / 8]})
        table.to_csv(path, sep="\t", index=False)
    read = read_scores(files.scores, ["dog"], filenames)
    assert [read[filename]["dog"][0] for filename in filenames] == [number / 8 for number in range(len(filenames))]
    assert len(io.read_sed_scores(files.scores)) == len(filenames)


def test_a_folder_of_plain_names_is_as_sed_scores_eval_expects(tmp_path: Path) -> None:
    paths = PredictionFiles(tmp_path).score_files(["clip-1.wav", "clip.2.flac"])
    assert [path.name for path in paths.values()] == ["clip-1.tsv", "clip.2.tsv"]
