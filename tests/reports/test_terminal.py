"""The comparison on the terminal."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from wsed.metrics.measure import MISSING
from wsed.reports.measures import DEFAULT_MEASURES
from wsed.reports.rows import comparison_rows
from wsed.reports.runs import read_runs
from wsed.reports.table import class_tables, overall_table
from wsed.reports.terminal import print_comparison

MakeRun = Callable[..., Path]


def printed(folders: list[Path], colours: bool = False, width: int = 90) -> str:
    stream = io.StringIO()
    print_comparison(
        read_runs(folders),
        Console(file=stream, force_terminal=colours, width=width, color_system="standard" if colours else None),
    )
    return stream.getvalue()


def cells(text: str, label: str) -> list[list[str]]:
    """Cells of each line that begins with `label`, one list per table."""
    return [line.split(label, 1)[1].split() for line in text.splitlines() if line.strip().startswith(label)]


def test_numbers_stand_in_their_cells(make_run: MakeRun) -> None:
    text = printed([make_run("a", "gwrp", sdr=8.0, eer=0.2), make_run("b", "gap", sdr=6.0, eer=0.3)])
    headers = next(line for line in text.splitlines() if "AT-mAP" in line)
    assert headers.split() == ["AT-mAP", "↑", "SED-mAP", "↑", "EER", "↓", "SDR", "↑", "SIR", "↑", "SAR", "↑"]
    assert cells(text, "mixture") == [[*[MISSING] * 3, "-5.0", "5.0", "∞"], ["-4.0", "-6.0"]]
    assert cells(text, "ideal binary mask")[0] == [*[MISSING] * 3, "18.0", "28.0", "20.0"]
    assert cells(text, "gwrp") == [
        ["0.900", "0.700", "0.200", "8.0", "18.0", "10.0"],
        ["9.0", "7.0"],
        ["0.300", "0.100"],
    ]
    assert cells(text, "gap") == [["0.900", "0.700", "0.300", "6.0", "16.0", "8.0"], ["7.0", "5.0"], ["0.400", "0.200"]]
    assert max(map(len, text.splitlines())) <= 90


def test_best_runs_are_bold_and_references_never(make_run: MakeRun) -> None:
    folders = [make_run("a", "gwrp", sdr=8.0, eer=0.3), make_run("b", "gap", sdr=6.0, eer=0.2)]
    rows = {row.label: row for row in overall_table(comparison_rows(read_runs(folders)), DEFAULT_MEASURES).rows}
    assert [cell.best for cell in rows["gwrp"].cells] == [True, True, False, True, True, True]
    assert [cell.best for cell in rows["gap"].cells] == [True, True, True, False, False, False]
    assert not any(cell.best for cell in rows["ideal binary mask"].cells)
    text = printed(folders, colours=True)
    assert re.search(r"\x1b\[1;\d+m *8\.0 *\x1b\[0m", text)
    assert not re.search(r"\x1b\[1;\d+m *6\.0 *\x1b\[0m", text)
    assert not re.search(r"\x1b\[1;\d+m *18\.0", text.split("gwrp")[0])


def test_one_run_has_no_best(make_run: MakeRun) -> None:
    table = overall_table(comparison_rows(read_runs([make_run("a", "gwrp")])), DEFAULT_MEASURES)
    assert not any(cell.best for row in table.rows for cell in row.cells)


def test_tables_without_any_number_are_left_out(make_run: MakeRun) -> None:
    rows = comparison_rows(read_runs([make_run("a", "gwrp", metrics={"frame/class/baby_cry/eer": 0.1})]))
    assert [table.title for table in class_tables(rows, DEFAULT_MEASURES)] == ["EER by class, lower ↓ is better"]


def test_many_classes_are_cut_to_the_width(make_run: MakeRun) -> None:
    labels = [f"sound_class_{number}" for number in range(12)]
    metrics = {f"separation/class/{label}/sdr": float(number) for number, label in enumerate(labels)}
    text = printed([make_run("a", "gwrp", labels=labels, metrics=metrics)], width=80)
    assert max(map(len, text.splitlines())) <= 80
    assert all(label in text for label in labels)
    assert [value for line in cells(text, "demo")[1:] for value in line] == [f"{n}.0" for n in range(12)]


def test_of_many_runs_the_best_are_printed(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsed.reports.terminal.MANY", 2)
    values = {"gap": 0.5, "gmp": 0.7, "gwrp": 0.6}
    folders = [make_run(name, name, metrics={"frame/map": value}) for name, value in values.items()]
    text = printed(folders)
    assert "The best 2 of 3 runs by SED-mAP." in text
    assert cells(text, "gap") == []
    assert [row[1] for name in ("gmp", "gwrp") for row in cells(text, name)] == ["0.700", "0.600"]


def test_markup_in_labels_is_text_and_failures_are_told(make_run: MakeRun, failed_run: Path) -> None:
    text = printed([make_run("a", "[red]x"), make_run("b", "gap"), failed_run])
    assert "[red]x" in text
    assert "broken failed: loss is <nan> at step 7" in text


def test_default_console_prints_to_standard_output(make_run: MakeRun, capsys) -> None:  # type: ignore[no-untyped-def]
    print_comparison(read_runs([make_run("a", "gwrp")]))
    assert "ideal binary mask" in capsys.readouterr().out
