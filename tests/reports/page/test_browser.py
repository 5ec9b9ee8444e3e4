"""The page of a real sweep in a real browser."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.small_run import SEPARATED
from wsed.__main__ import main
from wsed.metrics.measure import MISSING

pytestmark = pytest.mark.slow

SWEPT = [
    "data.clips={train: 12, val: 4, test: 4}",
    "evaluation.draws=0",
    "pooling=gap,gmp",
    "optimizer.lr=0.001,0.01",
    "seed=1,12",
]
RUNS, FAILED = 8, 1
REASON = "</script><script>console.error('a reason ran')</script><b>bold</b>"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of eight real runs and one that failed for a reason full of markup."""
    folder = tmp_path_factory.mktemp("sweep")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["train", "-m", *SEPARATED, *SWEPT]) == 0
    broken = folder / "outputs" / "<i>broken"
    broken.mkdir()
    (broken / "status.json").write_text(json.dumps({"status": "failed", "reason": REASON}))
    assert main(["report", str(folder / "outputs"), "--output", str(folder / "compared")]) == 0
    return folder / "compared" / "index.html"


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    """The page, opened as a file; what it complains of or fetches fails the test."""
    complaints: list[str] = []
    addresses: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    opened.on("console", listen)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: addresses.append(request.url))
    opened.goto(report.as_uri())
    yield opened
    opened.close()
    assert not complaints
    assert addresses
    assert not [address for address in addresses if not address.startswith(("file:", "data:", "blob:"))]


def column(page: Page, title: str) -> list[str]:
    """The cells of the runs in the table of results, from top to bottom."""
    headers = page.locator("#overall thead th").all_inner_texts()
    place = next(number for number, text in enumerate(headers) if text.split()[0] == title)
    rows = page.locator("#overall tbody tr[data-run]")
    return rows.locator(f":nth-child({place + 1}):is(th, td)").all_inner_texts()


def numbers(page: Page, title: str) -> list[float]:
    return [float(text) for text in column(page, title) if text != MISSING]


def header(page: Page, title: str) -> Callable[[], str | None]:
    """Clicks a header; returns what says how the column is sorted."""
    button = page.locator("#overall thead").get_by_role("button", name=re.compile(f"^{title}"))
    button.click()
    return lambda: button.locator("xpath=..").get_attribute("aria-sort")


def test_sort(page: Page, report: Path) -> None:
    found = [json.loads(path.read_text()) for path in (report.parents[1] / "outputs").rglob("results.json")]
    known = sorted(results["metrics"]["frame/eer"] for results in found)
    assert len(known) == RUNS
    order = header(page, "EER")
    assert order() == "ascending"
    assert numbers(page, "EER") == [round(value, 3) for value in known]
    # The one that failed has no number and stays below.
    assert column(page, "EER")[RUNS:] == [MISSING] * FAILED
    page.keyboard.press("Enter")
    assert order() == "descending"
    assert numbers(page, "EER") == [round(value, 3) for value in reversed(known)]
    assert column(page, "EER")[RUNS:] == [MISSING] * FAILED
    assert header(page, "AT-mAP")() == "descending"
    assert numbers(page, "AT-mAP") == sorted(numbers(page, "AT-mAP"), reverse=True)
    assert order() == "none"
    assert page.locator("#overall tbody tr").first.inner_text().startswith("mixture")


def test_filter(page: Page) -> None:
    assert page.locator("#count").inner_text() == f"{RUNS + FAILED} runs"
    page.get_by_label("Filter").fill("gap LR=0.01")
    assert page.locator("#count").inner_text() == f"2 of {RUNS + FAILED} runs"
    assert column(page, "Run") == ["gap, lr=0.01, seed=1", "gap, lr=0.01, seed=12"]
    assert page.locator("#runs tr[data-run]:visible").count() == 2
    # Another seed begins like this one.
    page.get_by_label("Filter").fill("gmp seed=1")
    assert column(page, "Run") == ["gmp, lr=0.001, seed=1", "gmp, lr=0.01, seed=1"]
    page.get_by_label("Filter").fill("failed")
    assert column(page, "Run") == ["<i>broken"]
    page.get_by_label("Filter").fill("")
    assert len(column(page, "Run")) == RUNS + FAILED


def test_means_over_seeds_and_further_columns(page: Page) -> None:
    page.get_by_label("Means over seeds").check()
    groups = [f"{pooling}, optimizer.lr={rate}" for pooling in ("gap", "gmp") for rate in ("0.001", "0.01")]
    assert column(page, "Run") == groups
    means = column(page, "SDR")
    page.get_by_label("Means over seeds").uncheck()
    page.get_by_label("Filter").fill("gap lr=0.001")
    one, other = numbers(page, "SDR")
    mean, half = map(float, means[0].split(" ± "))
    assert mean == pytest.approx((one + other) / 2, abs=0.11)
    # Of two values the interval reaches 12.7 standard errors, each half their difference.
    assert half == pytest.approx(12.706 * abs(one - other) / 2, abs=12.706 * 0.05 + 0.06)
    page.get_by_text("Columns").click()
    page.get_by_role("group", name="segment_based").get_by_label("macro/f1").check()
    page.get_by_label("optimizer.lr", exact=True).check()
    assert column(page, "optimizer.lr") == ["0.001", "0.001"]
    assert page.locator("#overall thead th").count() == 9


def test_small_multiples(page: Page) -> None:
    page.locator("#multiples").scroll_into_view_if_needed()
    points = page.locator("#multiples circle")
    panels = page.locator("#multiples figure")
    # Each measure of the table has a panel, and each run a point in it.
    expect(panels).to_have_count(6)
    expect(points).to_have_count(6 * RUNS)
    page.locator("#multiples-y").select_option("frame/map")
    expect(points).to_have_count(RUNS)
    page.locator("#multiples-x").select_option("pooling")
    expect(points).to_have_count(RUNS)
    assert len({point.get_attribute("cx") for point in points.all()}) == 2
    page.locator("#multiples-panel").select_option("seed")
    expect(panels).to_have_count(2)
    assert [panel.locator("circle").count() for panel in panels.all()] == [RUNS // 2] * 2
    page.get_by_label("Filter").fill("seed=1")
    expect(points).to_have_count(RUNS // 2)
    # A click on a point marks its run in the table.
    points.first.click()
    run = points.first.get_attribute("data-run")
    expect(page.locator(f"#overall tr[data-run='{run}']")).to_have_class("marked")
    expect(page.locator("#overall [aria-pressed=true]")).to_have_count(1)


def test_training_curves(page: Page) -> None:
    page.locator("#curves").scroll_into_view_if_needed()
    canvas = page.locator("#curves canvas").first
    expect(canvas).to_have_attribute("aria-label", f"train/loss by epoch of {RUNS} runs")
    drawings = [canvas.evaluate("canvas => canvas.toDataURL()")]
    page.locator("#curves select").first.select_option("val/loss")
    expect(canvas).to_have_attribute("aria-label", f"val/loss by epoch of {RUNS} runs")
    drawings.append(canvas.evaluate("canvas => canvas.toDataURL()"))
    page.get_by_label("Logarithmic").check()
    drawings.append(canvas.evaluate("canvas => canvas.toDataURL()"))
    page.get_by_label("Filter").fill("no such run")
    expect(canvas).to_have_attribute("aria-label", "val/loss by epoch of 0 runs")
    drawings.append(canvas.evaluate("canvas => canvas.toDataURL()"))
    page.get_by_label("Filter").fill("")
    assert len(set(drawings)) == 4
    assert len(drawings[3]) < min(map(len, drawings[:3]))
    box = canvas.bounding_box()
    assert box is not None
    names = set()
    for step in range(40):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * step / 40)
        if page.locator("#tip").is_visible():
            names.add(page.locator("#tip").inner_text())
    assert names
    assert names <= set(column(page, "Run"))


def test_bars_by_class(page: Page) -> None:
    page.locator("#bars").scroll_into_view_if_needed()
    classes = ["baby_cry", "glass_break", "gunshot"]
    expect(page.locator("#bars svg title")).to_have_text(classes)
    # A bar for each pooling, which gives the colours.
    expect(page.locator("#bars rect")).to_have_count(2 * len(classes))
    page.get_by_label("Colour by").select_option("")
    expect(page.locator("#bars rect")).to_have_count(len(classes))


def test_sounds_play(page: Page) -> None:
    player = page.locator("audio").first
    player.scroll_into_view_if_needed()
    player.focus()
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('audio').currentTime > 0.1", timeout=10_000)
    assert player.evaluate("player => player.error") is None
    assert 0.9 < player.evaluate("player => player.duration") < 1.1


def test_a_reason_full_of_markup_is_text(page: Page) -> None:
    assert REASON in page.locator("#failed").inner_text()
    assert page.locator("b, i").count() == 0


def test_a_narrow_window_does_not_scroll_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 420, "height": 900})
    for section in page.locator("section").all():
        section.scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420


def test_without_scripts_the_numbers_are_there(browser: Browser, report: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        opened = context.new_page()
        opened.goto(report.as_uri())
        assert len(column(opened, "Run")) == 0
        assert opened.locator("#overall tbody tr").count() >= RUNS
        assert not opened.locator("#controls").is_visible()
