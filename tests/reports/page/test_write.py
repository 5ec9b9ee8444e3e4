"""The page of a comparison."""

import base64
import io
import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile

from wsed.reports.examples import read_examples
from wsed.reports.page.write import write_page
from wsed.reports.runs import read_runs

MakeRun = Callable[..., Path]

VOID = {"meta", "img", "source", "link", "br", "input"}


class Page(HTMLParser):
    """Collects elements and text, and checks that every element is closed in order."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def decode(uri: str | None) -> bytes:
    assert uri is not None
    return base64.b64decode(uri.split(",", 1)[1])


def test_page_is_one_file_with_everything_inside(make_run: MakeRun, tmp_path: Path) -> None:
    folders = [make_run("a", "gwrp", sdr=8.25), make_run("b", "gap"), make_run("c", "gmp")]
    path = write_page(read_runs(folders), tmp_path / "page")
    assert [file.name for file in path.parent.iterdir()] == ["index.html"]
    page = Page(path)
    assert "http://" not in page.source
    assert "https://" not in page.source
    links = [
        value
        for _, attributes in page.elements
        for key, value in attributes.items()
        if key in ("src", "srcset", "href")
    ]
    assert all(link is not None and link.startswith("data:") for link in links)
    assert [script.get("type") for script in page.all("script")] == ["application/json", None]
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("img")) == 2
    assert all(image["alt"] for image in page.all("img"))
    assert all(b"<svg" in decode(image["src"]) for image in page.all("img"))
    assert all(
        decode(image["src"]) != decode(dark["srcset"])
        for image, dark in zip(page.all("img"), page.all("source"), strict=True)
    )
    assert "8.2" in page.text
    assert "3 runs that differ in pooling" in page.text
    assert "wsed train experiment=demo pooling=gmp" in page.text
    assert "0123456789 + changes" in page.text
    assert "1 min 1 s" in page.text


def test_players_hold_the_samples_of_the_runs(make_run: MakeRun, tmp_path: Path) -> None:
    folders = [make_run("a", "gwrp"), make_run("b", "gap")]
    players = Page(write_page(read_runs(folders), tmp_path / "page")).all("audio")
    assert [player["aria-label"] for player in players[:4]] == [
        "mixture of clip_a.wav",
        "truth of clip_a.wav",
        "gwrp of clip_a.wav",
        "gap of clip_a.wav",
    ]
    assert len(players) == 8
    for player, path in zip(
        players[:4], ["a/{}/mixture", "a/{}/truth", "a/{}/separated", "b/{}/separated"], strict=True
    ):
        embedded, rate = soundfile.read(io.BytesIO(decode(player["src"])), dtype="int16")
        original, _ = soundfile.read(tmp_path / (path.format("predictions/audio/clip_a") + ".flac"), dtype="int16")
        assert rate == 16_000
        np.testing.assert_array_equal(embedded, original)


def test_text_is_escaped(make_run: MakeRun, tmp_path: Path) -> None:
    labels = ["<b>", "glass_break"]
    page = Page(
        write_page(read_runs([make_run("a", "<i>", labels=labels), make_run("b", "$x", name="<u>")]), tmp_path / "page")
    )
    assert not any(page.all(tag) for tag in ("b", "i", "u"))
    assert "<i>" in page.text
    assert "<b>" in page.text


def test_embedded_text_can_not_end_the_script(make_run: MakeRun, tmp_path: Path) -> None:
    name = "</script><script>alert('x')</script><!--"
    folders = [make_run("a", name, command=name, labels=[name, "glass_break"]), make_run("b", "gap")]
    page = Page(write_page(read_runs(folders), tmp_path / "page"))
    assert len(page.all("script")) == 2
    embedded = page.source.split('id="data">')[1].split("</script>")[0]
    data = json.loads(embedded)
    assert data["settings"]["pooling"] == [name, "gap"]
    assert data["classes"][0] == name
    assert name in page.text


def test_of_many_runs_the_best_are_drawn_and_heard(make_run: MakeRun, tmp_path: Path) -> None:
    folders = [
        make_run(f"{pooling}{seed}", pooling, seed=seed, metrics={"frame/map": seed / 10, "separation/sdr": 1.0})
        for pooling in ("gap", "gmp", "gwrp")
        for seed in (1, 2, 3)
    ]
    page = Page(write_page(read_runs(folders), tmp_path / "page"))
    heard = [str(player["aria-label"]) for player in page.all("audio")]
    best = [f"{pooling}, seed=3" for pooling in ("gap", "gmp", "gwrp")]
    assert [text.split(" of ")[0] for text in heard[:5]] == ["mixture", "truth", *best]
    assert f"the mask of {', '.join(best)} for" in str(page.all("img")[0]["alt"])
    assert "The best run of each pooling by SED-mAP." in page.text
    rows = [element for element in page.all("tr") if "data-run" in element]
    assert len(rows) == 9


def test_of_more_runs_than_a_page_holds_it_has_the_best(
    make_run: MakeRun, failed_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsed.reports.page.write.MOST_RUNS", 3)
    folders = [make_run(f"{seed}", "gwrp", seed=seed, metrics={"frame/map": seed / 10}) for seed in range(1, 6)]
    page = Page(write_page(read_runs([*folders, failed_run]), tmp_path / "page"))
    assert "The best 3 of 6 runs by SED-mAP." in page.text
    assert "comparison.csv" in page.text
    assert len([element for element in page.all("tr") if "data-run" in element]) == 3
    data = json.loads(page.source.split('id="data">')[1].split("</script>")[0])
    values = {metric["key"]: metric["values"] for metric in data["metrics"]}
    assert values["frame/map"] == [0.3, 0.4, 0.5]
    assert "loss is <nan> at step 7" in page.text


def test_more_failures_than_a_page_holds_are_counted(
    failed_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsed.reports.page.write.MOST_RUNS", 2)
    page = Page(write_page(read_runs([failed_run] * 5), tmp_path / "page"))
    assert page.text.count("loss is <nan> at step 7") == 2
    assert "And 3 more." in page.text


def test_failed_run_is_listed_with_its_reason(make_run: MakeRun, failed_run: Path, tmp_path: Path) -> None:
    page = Page(write_page(read_runs([make_run("a", "gwrp"), failed_run]), tmp_path / "page"))
    assert "loss is <nan> at step 7" in page.text
    assert len(page.all("img")) == 2
    Page(write_page(read_runs([failed_run]), tmp_path / "page"))


def test_page_without_examples_separation_or_numbers(make_run: MakeRun, tmp_path: Path) -> None:
    metrics = {"tagging/map": 0.5, "frame/map": None, "frame/class/baby_cry/eer": None}
    page = Page(write_page(read_runs([make_run("a", "gwrp", examples=False, metrics=metrics)]), tmp_path / "page"))
    assert not page.all("img")
    assert not page.all("audio")
    assert "0.500" in page.text
    bare = make_run(
        "b", "gap", examples=False, metrics={}, git=None, timing={}, command=None, parameters=None, seed=None
    )
    Page(write_page(read_runs([bare]), tmp_path / "page"))


def test_examples_are_the_common_clips(make_run: MakeRun) -> None:
    first, second, third = make_run("a", "gwrp"), make_run("b", "gap"), make_run("c", "gmp", examples=False)
    path = second / "predictions" / "examples.npz"
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files if name != "masks"}
    arrays["filename"] = np.array(["other.wav", "clip_b.wav"])
    np.savez(path, **arrays)
    (example,) = read_examples(read_runs([first, second, third]), ["gwrp", "gap", "gmp"])
    assert (example.filename, example.label, example.seconds) == ("clip_b.wav", "glass_break", 2.0)
    assert list(example.masks) == ["gwrp"]
    assert list(example.frame_probs) == ["gwrp", "gap"]
    np.testing.assert_array_equal(example.frame_probs["gap"], arrays["frame_probs"][1, 1])


def test_damaged_examples_are_named_and_left_out(make_run: MakeRun, tmp_path: Path) -> None:
    folder, other = make_run("a", "gwrp"), make_run("b", "gap")
    (folder / "predictions" / "examples.npz").write_bytes(b"PK not a zip")
    runs = read_runs([folder, other])
    page = Page(write_page(runs, tmp_path / "page"))
    (reason,) = runs[0].left_out
    assert reason.startswith(f"{folder}/predictions/examples.npz: is damaged (")
    assert f"{reason}; it is left out" in page.text
    described = str(page.all("img")[0]["alt"])
    assert described.startswith("Log-mel spectrogram, ideal binary mask and the mask of gap for the clips")


def test_runs_without_masks_show_saliency(make_run: MakeRun, tmp_path: Path) -> None:
    folders = [make_run("a", "gwrp"), make_run("b", "gap", masks=False)]
    page = Page(write_page(read_runs(folders), tmp_path / "page"))
    described = [str(image["alt"]) for image in page.all("img")]
    assert len(described) == 3
    assert "the mask of gwrp for" in described[0]
    assert "gradients of the strong and weak outputs of gap for" in described[1]
    strong, weak = read_examples(read_runs(folders), ["gwrp", "gap"])[0].saliency["gap"]
    assert strong.shape == weak.shape == (24, 8)
    assert "Saliency" not in Page(write_page(read_runs(folders[:1]), tmp_path / "other")).text
