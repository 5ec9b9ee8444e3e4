"""The page of `wsed demo` in a real browser."""

import io
import shutil
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
from playwright.sync_api import Browser, Page, expect

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.validate import validate
from wsed.inference.model import REST, Model
from wsed.inference.page.serve import served
from wsed.postprocessing.thresholds import Thresholds
from wsed.training.build import build_system

pytestmark = pytest.mark.slow

RATE = 22050
LABELS = ["<b>bold</b>", "${1+1}{{value}}", "gunshot"]
"""Markup, and what the templates of gradio would fill in."""

HOSTS: list[str] = []
"""The hosts that this process looks up while it serves."""


@pytest.fixture(scope="module")
def model() -> Model:
    """An untrained system with weights that are wide enough for scores to differ; half of them are above thresholds."""
    torch.manual_seed(0)
    with hydra_initialized():
        config = validate(compose_config(["model=jsc", "network.widths=[4,4]"]))
    system = build_system({**config, "data": {**config["data"], "labels": LABELS}}).eval()
    system.features.fit([0.1 * torch.randn(1, 16000)])
    with torch.no_grad():
        for parameter in system.parameters():
            parameter.mul_(3)
    model = Model(system, Thresholds(0.5, 1.0, 0.0, 0.0, 0.0, 0.5), clip_seconds=2.0)
    medians = model.scores(noise().T, RATE)[LABELS].median()
    return replace(model, postprocessing=Thresholds(dict(medians), 1.0, 0.2, 0.0, 0.0, 0.5))


def noise() -> np.ndarray:
    """Three seconds in stereo that come and go."""
    time = np.arange(3 * RATE) / RATE
    loudness = 0.02 + 0.2 * (np.sin(2 * np.pi * time) > 0.3)
    samples = np.random.default_rng(0).normal(0, 1, (len(time), 2)) * loudness[:, None]
    return samples.clip(-1, 1).astype(np.float32)


@pytest.fixture(scope="module")
def address(model: Model) -> Iterator[str]:
    """The page, served by this process."""
    look_up = socket.getaddrinfo
    # Such as those of Weights & Biases, from tests before.
    others_threads = set(threading.enumerate()) - {threading.main_thread()}

    def recorded(host, *others, **options):  # type: ignore[no-untyped-def]
        if threading.current_thread() not in others_threads:
            HOSTS.append(host)
        return look_up(host, *others, **options)

    with pytest.MonkeyPatch.context() as patch:
        # Settings that would open the page to the network, or to all files.
        patch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
        patch.setenv("GRADIO_ALLOWED_PATHS", "/")
        patch.setenv("GRADIO_SHARE", "True")
        for name in ("GRADIO_ANALYTICS_ENABLED", "GRADIO_TEMP_DIR", "GRADIO_EXAMPLES_CACHE", "HF_HUB_OFFLINE"):
            patch.setenv(name, "")
        patch.setenv("no_proxy", "")
        patch.setattr(socket, "getaddrinfo", recorded)
        with served(model) as found:
            yield found
    assert {host.decode() if isinstance(host, bytes) else host for host in HOSTS} <= {"127.0.0.1", "localhost"}


@pytest.fixture(scope="module")
def with_microphone(browser: Browser) -> Iterator[Browser]:
    """Chromium with a microphone that hears beeps."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    opened = browser.browser_type.launch(executable_path=path, args=flags)
    yield opened
    opened.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains of."""
    return []


@pytest.fixture
def page(with_microphone: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    """The page; what fails in it, or asks another host, fails the test."""
    addresses: list[str] = []
    with with_microphone.new_context(permissions=["microphone"], viewport={"width": 1280, "height": 900}) as context:
        opened = context.new_page()
        opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        context.on("request", lambda request: addresses.append(request.url))
        opened.on("websocket", lambda opened: addresses.append(opened.url))
        opened.goto(address)
        expect(opened.locator("#status")).to_contain_text("Drop a recording")
        yield opened
    assert not complaints
    own = (address, f"blob:{address}", "data:")
    assert len(addresses) > 20
    assert not [each for each in addresses if not each.startswith(own)]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "noise.wav"
    soundfile.write(path, noise(), RATE, subtype="FLOAT")
    return path


def give(page: Page, path: Path) -> None:
    page.locator("#recording input[type=file]").set_input_files(path)


def check_downloaded(page: Page, expected: pd.DataFrame) -> None:
    with page.expect_download() as download:
        page.locator("#download").click()
    events = pd.read_csv(download.value.path(), sep="\t")
    assert list(events["event_label"]) == list(expected["event_label"])
    for column in ("onset", "offset", "score"):
        np.testing.assert_allclose(events[column], expected[column].clip(upper=3), atol=1e-5)


def expected_events(model: Model, path: Path, threshold: float | None = None) -> pd.DataFrame:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    events = model.detect(samples.T, rate, threshold=threshold)
    assert len(events)
    return events


def test_a_dropped_recording_has_the_events_and_the_sources_of_the_model(
    page: Page, model: Model, recording: Path
) -> None:
    assert page.title() == "wsed"
    assert page.locator(".wsed-head .label").all_inner_texts() == LABELS
    give(page, recording)
    expected = expected_events(model, recording)
    count = len(expected)
    expect(page.locator("#status")).to_contain_text(f"{count} event", timeout=20_000)
    expect(page.locator("#picture svg")).to_be_visible()
    check_downloaded(page, expected)
    page.locator("#events").scroll_into_view_if_needed()
    cells = page.locator("#events [role=gridcell][aria-colindex='3']")
    expect(cells).to_have_text(list(expected["event_label"]))
    check_sources(page, model, recording, list(dict.fromkeys(expected["event_label"])))
    # No label was taken for markup or a template.
    assert page.locator("b:has-text('bold')").count() == 0
    check_threshold(page, model, recording)


def check_sources(page: Page, model: Model, recording: Path, labels: list[str]) -> None:
    """Each source is what the model separates, and the browser plays it."""
    samples, rate = soundfile.read(recording, dtype="float32", always_2d=True)
    expected = model.separate(samples.T, rate, labels)
    players = page.locator(".source:visible")
    expect(players).to_have_count(len(labels) + 1)
    for player, label in zip(players.all(), [*labels, REST], strict=True):
        expect(player).to_contain_text(label)
        link = player.locator("a[download]").get_attribute("href")
        assert link
        found, own_rate = soundfile.read(io.BytesIO(urllib.request.urlopen(link).read()), always_2d=True)
        assert own_rate == rate
        np.testing.assert_allclose(found.T, expected[label], atol=1e-6)
    first = players.first
    first.get_by_role("button", name="Play", exact=True).click()
    expect(first.locator("time, .timestamps").first).not_to_have_text("0:00", timeout=10_000)


def check_threshold(page: Page, model: Model, recording: Path) -> None:
    """Another threshold gives other events."""
    number = page.locator("#threshold input[type=number]")
    mean = np.mean(list(model.postprocessing.threshold.values()))
    assert float(number.input_value()) == pytest.approx(mean, abs=0.005)
    number.fill("0.9")
    number.press("Enter")
    expected = expected_events(model, recording, 0.9)
    assert len(expected) != len(expected_events(model, recording))
    expect(page.locator("#status")).to_contain_text(f"{len(expected)} event", timeout=20_000)
    check_downloaded(page, expected)


def test_the_microphone(page: Page) -> None:
    page.locator("#recording").get_by_label("Record audio").click()
    page.locator("#recording").get_by_role("button", name="Record", exact=True).click()
    page.wait_for_timeout(2500)
    page.locator("#recording").get_by_role("button", name="Stop").first.click()
    expect(page.locator("#status")).to_contain_text(" in ", timeout=20_000)
    expect(page.locator("#picture svg")).to_be_visible()
    words = page.locator("#status").inner_text().split()
    assert 1.5 < float(words[words.index("in") + 1]) < 5


def test_what_cannot_be_used_is_said_and_shows_nothing_old(
    page: Page, recording: Path, tmp_path: Path, complaints: list[str]
) -> None:
    notes, long = tmp_path / "notes.wav", tmp_path / "long.wav"
    notes.write_text("These are <i>not</i> samples. " * 99)
    soundfile.write(long, np.zeros(8000 * 121), 8000, subtype="PCM_U8")
    give(page, recording)
    expect(page.locator("#picture svg")).to_be_visible(timeout=20_000)
    for path, said in [(notes, "notes.wav: is not audio"), (long, "long.wav: is longer than 120 s")]:
        page.locator("#recording").get_by_label("Clear").click()
        give(page, path)
        expect(page.locator("#status")).to_contain_text(said, timeout=20_000)
        expect(page.locator("#picture, #events, #download, .source").locator("visible=true")).to_have_count(0)
    # The player cannot play it, either.
    assert set(complaints) == {"Waveform load error: MediaError"}
    complaints.clear()


def test_a_narrow_screen_does_not_scroll_sideways(page: Page, recording: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    give(page, recording)
    expect(page.locator("#picture svg")).to_be_visible(timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def status(address: str, host: str | None = None) -> int:
    request = urllib.request.Request(address, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_other_files_hosts_and_interfaces_are_refused(address: str, tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    own.write_text("private")
    assert status(address) == 200
    for path in ("/etc/passwd", own, Path(__file__), Path.cwd() / "pyproject.toml"):
        assert status(f"{address}gradio_api/file={path}") == 403
    assert status(address, "example.org") == 400
    port = int(address.rstrip("/").rpartition(":")[2])
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", port))


def test_a_file_that_is_too_large_is_refused(address: str) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n'
    body = head + bytes(2**26 + 1) + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(f"{address}gradio_api/upload", body, headers))
    assert caught.value.code == 413
