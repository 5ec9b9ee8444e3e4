"""Labels, names, commands and reasons of others in a report: shown as they are, and obeyed by nothing."""

import csv
import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.reports.conftest import make_metrics
from tests.robustness.command import Wsed
from tests.robustness.run_folders import arrays, make_run

TEXTS = {
    "script": "<script>document.title='ran'</script>",
    "end of script": "</script><script>document.title='ran'</script>",
    "image": '"><img src=x onerror="document.title=\'ran\'">',
    "attribute": "' onmouseover='document.title=1' x='",
    "template": "{{ 7 * 191 }}{% raw %}",
    "link": "[click](javascript:alert(1))",
    "picture": "![x](http://127.0.0.1/x.png)",
    "code": "`a` | b | c",
    "rule": "a\n\n---\n# title\n| x |",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)",
    "tab": "\t=1+1",
    "wide": "\uff1d1+1",
    "red": "[red]x[/red]",
    "no markup": "[/nothing]",
    "escape": "\x1b[31mred\x1b]0;title\x07\x1b[2J",
    "bell": "a\x00b\x07c\x08d\re",
    "c1": "\x9b31m",
    "mathtext": "$\\frac{1}{$",
    "more mathtext": "$\\notexisting$",
    "dollar": "$x$ and $y$",
    "backwards": "a\u202eb",
    "half of a character": "a\ud800b",
    "line separator": "a\u2028b",
    "entity": "&lt;script&gt;&#x3c;",
    "prototype": "__proto__",
    "long": "x" * 900,
    "space": " ",
    "path": "../../../etc/passwd",
}

ELEMENTS = set(
    """html head meta title style body header h1 h2 p main section label input select output div details summary table
    caption thead tbody tr th td strong dl dt dd picture source img audio small pre code script""".split()  # noqa: SIM905
)
"""What the page is made of."""


class Elements(HTMLParser):
    """The elements of a page and the text outside of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(" ".join([tag, *(name for name, _ in attrs)]))

    def handle_data(self, data: str) -> None:
        self.text += data


def make_hostile(path: Path, text: str) -> None:
    """A run that has a text in every place that takes one, and a failed run with it as the reason."""
    metrics = {key.replace("baby_cry", text): value for key, value in make_metrics(6.0, 0.3).items()}
    measures = [
        {"key": f"a/{text}", "title": text, "unit": text},
        {"key": "frame/map", "title": text, "per_class": "frame/class/{label}/ap"},
    ]
    make_run(
        path / "run",
        text,
        name=text,
        labels=[text, "glass_break"],
        overrides=[f"pooling={text}", f"{text}=1", "optimizer.lr=-5.8"],
        command=text,
        choices={"pooling": text, text: text},
        metrics={**metrics, f"a/{text}": -5.8, f"{text}/b": 0.1, "frame/map": 0.7},
        measures=measures,
        git={"commit": text, "dirty": True},
        identity=text,
        versions={text: text},
    )
    rename = arrays(
        label=lambda old: np.array([text, old[1]]),
        labels=lambda old: np.array([text, old[1]]),
        filename=lambda _: np.array([f"{text}.wav", "clip_b.wav"]),
    )
    rename(path / "run" / "predictions" / "examples.npz")
    for name in ("reference.tsv", "scores/clip_a.tsv", "scores/clip_b.tsv"):
        # In this format a text with a tab or a new line would be another table.
        shown = text if text.isprintable() else "baby_cry"
        table = path / "run" / "predictions" / name
        table.write_text(table.read_text().replace("baby_cry", '"' + shown.replace('"', '""') + '"'))
    (path / "failed").mkdir()
    (path / "failed" / "status.json").write_text(json.dumps({"status": "failed", "reason": text, "command": text}))


@pytest.mark.parametrize("case", TEXTS)
def test_a_text_is_shown_and_not_obeyed(wsed: Wsed, tmp_path: Path, case: str) -> None:
    text = TEXTS[case]
    make_run(tmp_path / "plain" / "run", "gap")
    make_hostile(wsed.folder / "runs", text)
    shutil.copytree(tmp_path / "plain" / "run", wsed.folder / "runs" / "other")
    done = wsed.accepts("report", "runs", "--output", "out")
    assert "cannot" not in done.err
    out = wsed.folder / "out"
    check_terminal(done.out)
    check_page((out / "index.html").read_text(encoding="utf-8"))
    check_markdown((out / "comparison.md").read_text(encoding="utf-8"))
    check_table(out / "comparison.csv")


def check_terminal(text: str) -> None:
    assert all(character.isprintable() or character in "\n\u3000" for character in text), text
    assert "\u202e" not in text


def check_page(text: str) -> None:
    page = Elements(text)
    assert [one for one in page.elements if one.startswith("script")] == ["script type id", "script"]
    assert not [one for one in page.elements if "on" in {name[:2] for name in one.split()[1:]}]
    assert {one.split()[0] for one in page.elements} <= ELEMENTS


def check_markdown(text: str) -> None:
    """Checks that a table of Markdown has nothing but cells."""
    assert "<" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    cells = [len(row.replace("\\\\", "").replace("\\|", "").split("|")) for row in rows]
    assert len(set(cells)) == 1
    assert len(rows) == 2 + 2
    bare = text.replace("**", "").replace("\\\\", "")
    for sign in "*`[]$!#{}~":
        assert bare.count(sign) == bare.count(f"\\{sign}"), sign
    assert len(text.strip().split("\n\n")) <= 2


def check_table(path: Path) -> None:
    """Checks that no cell is a formula, and that numbers are numbers."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert len(rows) == 3
    for cell in [*header, *(cell for row in rows for cell in row)]:
        assert cell[:1] not in ("=", "@", "\t", "\r", "\uff1d")
        if cell[:1] in ("+", "-"):
            float(cell)
    numbers = [cell for row in rows for cell in row if cell == "-5.8"]
    # A setting and a score.
    assert len(numbers) == 2


def test_names_of_folders_and_files(wsed: Wsed) -> None:
    for name in (
        "\x1b[31m",
        "<script>",
        "[red]",
        "=1+1",
        "a\nb",
        "\u202eb",
        "$x",
        "-rf",
        b"\xff".decode(errors="surrogateescape"),
    ):
        make_run(wsed.folder / "runs" / name, "gap", predictions=False, name="")
    done = wsed.accepts("report", "runs", "--output", "out")
    check_terminal(done.out)
    check_page((wsed.folder / "out" / "index.html").read_text(encoding="utf-8"))
    (wsed.folder / "runs" / "\x1b[31m" / "status.json").write_text("{")
    done = wsed.accepts("report", "runs", "--output", "out", says="\\x1b[31m/status.json")
    check_terminal(done.out)
    ended = wsed.refuses("report", "runs/\x1b[31m", says="\\x1b[31m/status.json")
    check_terminal(ended.err)
    wsed.refuses("report", "\x1b[31m" * 50, says="is not a folder")


def test_states_of_a_sweep(wsed: Wsed) -> None:
    make_hostile(wsed.folder / "sweep", TEXTS["escape"])
    (wsed.folder / "sweep" / "sweep.json").write_text(json.dumps(["run", "failed"]))
    done = wsed.accepts("sweep", "status", "sweep", says="\\x1b[31mred")
    check_terminal(done.out)


@pytest.mark.slow
def test_no_text_runs_in_a_browser(wsed: Wsed, browser: Browser) -> None:
    for place, text in enumerate(TEXTS.values()):
        make_hostile(wsed.folder / "runs" / str(place), text)
    wsed.accepts("report", "runs", "--output", "out")
    page = browser.new_page()
    addresses: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    page.goto((wsed.folder / "out" / "index.html").as_uri())
    for section in page.locator("section").all():
        section.scroll_into_view_if_needed()
    assert page.title() != "ran"
    assert page.locator("#overall tbody tr[data-run]").count() == 2 * len(TEXTS)
    assert not problems
    assert not [address for address in addresses if not address.startswith(("file:", "data:", "blob:"))]
    page.close()
