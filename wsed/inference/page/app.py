"""The page itself: what is on it, and what happens when it is used."""

import html
import statistics
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import gradio

from wsed.checks.printable import printable
from wsed.errors import UserError
from wsed.inference.model import REST, Model
from wsed.inference.page.analysed import MOST_CLASSES, Analysed, analyse
from wsed.inference.page.picture import picture
from wsed.inference.page.recording import MOST_SECONDS, read_recording
from wsed.postprocessing.thresholds import Thresholds

KEPT_SECONDS = 15 * 60
"""Files on the page are deleted after so long, and when the page ends."""

MOST_LABELS = 40
"""How many labels the head of the page shows."""

COLUMNS = ["onset (s)", "offset (s)", "class", "score"]


def build_page(model: Model) -> gradio.Blocks:
    """The page of a model, not started yet."""
    page: gradio.Blocks = gradio.Blocks(title="wsed", analytics_enabled=False, delete_cache=(60, KEPT_SECONDS))
    with page:
        gradio.HTML(_head(model))
        with gradio.Row(equal_height=False):
            with gradio.Column(scale=2, min_width=300):
                audio = _recorder()
                threshold = _slider(model)
                status = gradio.HTML(_said("Drop a recording above, or record one."), elem_id="status")
            with gradio.Column(scale=5, min_width=320):
                shown = gradio.HTML(visible=False, elem_id="picture")
                players = _players(model)
                table = gradio.Dataframe(
                    headers=COLUMNS,
                    datatype=["number", "number", "str", "number"],
                    label="Events",
                    interactive=False,
                    visible=False,
                    elem_id="events",
                    max_height=400,
                    buttons=[],
                )
                download = gradio.DownloadButton("Download events (TSV)", visible=False, elem_id="download")
        outputs = [status, shown, table, download, *players]
        gradio.on(
            [audio.change, threshold.change],
            partial(_show, model, len(players)),
            [audio, threshold],
            outputs,
            api_visibility="private",
            trigger_mode="always_last",
            show_progress="minimal",
            show_progress_on=[status],
        )
    return page


def default_threshold(model: Model) -> float | None:
    """Where the slider begins: the threshold of the post-processing, or the mean over its classes; None without any."""
    if not isinstance(model.postprocessing, Thresholds):
        return None
    threshold = model.postprocessing.threshold
    return round(statistics.fmean(threshold.values()), 2) if isinstance(threshold, Mapping) else threshold


def _recorder() -> gradio.Audio:
    return gradio.Audio(
        label=f"Recording, at most {MOST_SECONDS} s",
        sources=["upload", "microphone"],
        type="filepath",
        editable=False,
        buttons=[],
        elem_id="recording",
    )


def _slider(model: Model) -> gradio.Slider:
    default = default_threshold(model)
    own = isinstance(model.postprocessing, Thresholds) and isinstance(model.postprocessing.threshold, Mapping)
    return gradio.Slider(
        0,
        1,
        value=0.5 if default is None else default,
        step=0.01,
        label="Threshold",
        info="At the start each class has its own, from training." if own else "At the start that of the model.",
        visible=default is not None,
        elem_id="threshold",
    )


def _players(model: Model) -> list[gradio.Audio]:
    """Players for the classes and the rest, hidden until there is a sound."""
    count = min(len(model.labels), MOST_CLASSES) + 1 if model.separates else 0
    with gradio.Row(elem_id="sources"):
        return [
            gradio.Audio(
                type="filepath",
                interactive=False,
                visible=False,
                min_width=300,
                buttons=["download"],
                elem_classes="source",
            )
            for _ in range(count)
        ]


def _show(model: Model, players: int, path: str | None, threshold: float | None) -> Iterator[list[Any]]:
    """Yields the outputs, in their order on the page; files are deleted after gradio has copied them."""
    if path is None:
        yield _nothing(_said("Drop a recording above, or record one."), players)
        return
    # Where the slider begins, each class keeps its own threshold.
    changed = None if threshold == default_threshold(model) else threshold
    with tempfile.TemporaryDirectory(prefix="wsed-page-") as folder:
        try:
            analysed = analyse(model, read_recording(Path(path)), changed, Path(folder))
        except UserError as error:
            yield _nothing(_said(str(error), "problem"), players)
            return
        yield _results(model, analysed, players)


def _results(model: Model, analysed: Analysed, players: int) -> list[Any]:
    rows = [
        [round(event.onset, 3), round(event.offset, 3), printable(event.event_label), round(event.score, 3)]
        for event in analysed.detected.rows()
    ]
    sounds = [
        gradio.update(value=str(path), label=_source_name(name), visible=True)
        for name, path in analysed.sources.items()
    ]
    hidden = [gradio.update(value=None, visible=False)] * (players - len(sounds))
    return [
        _said(_summary(analysed)),
        gradio.update(value=picture(analysed, model.system.features), visible=True),
        gradio.update(value=rows, visible=bool(rows)),
        gradio.update(value=str(analysed.table), visible=True),
        *sounds,
        *hidden,
    ]


def _source_name(name: str) -> str:
    return "rest: what no class accounts for" if name == REST else printable(name)


def _summary(analysed: Analysed) -> str:
    events, classes = len(analysed.detected.events), analysed.detected.events["event_label"].nunique()
    found = f"{events} event{'' if events == 1 else 's'} of {classes} class{'' if classes == 1 else 'es'}"
    more = f"; masks and sounds of the {len(analysed.shown)} with the highest scores" if classes > MOST_CLASSES else ""
    return f"{found if events else 'No events'} in {analysed.detected.duration:.1f} s{more}."


def _nothing(said: str, players: int) -> list[Any]:
    return [said, *[gradio.update(value=None, visible=False)] * (3 + players)]


def _said(text: str, kind: str = "") -> str:
    return f'<div class="wsed-status {kind}" role="status">{html.escape(printable(text))}</div>'


def _head(model: Model) -> str:
    """What the model is."""
    card = model.system.card
    labels = "".join(f'<span class="label">{html.escape(printable(label))}</span>' for label in _labels(model))
    trained = "" if card is None else f"Trained on {card.corpus} (licence: {card.licence}). "
    facts = f"{trained}{type(model.system).__name__}, {model.sample_rate} Hz. Nothing leaves this machine."
    return (
        '<div class="wsed-head"><h1>Sound events</h1>'
        f'<p>{labels}</p><p class="faint">{html.escape(printable(facts))}</p></div>'
    )


def _labels(model: Model) -> list[str]:
    more = len(model.labels) - MOST_LABELS
    return [*model.labels[:MOST_LABELS], *([f"and {more} more"] if more > 0 else [])]
