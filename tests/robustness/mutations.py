"""Random damage to values, bytes and files, for hypothesis."""

import json
import math
from pathlib import Path
from typing import Any

import torch
import yaml
from hypothesis import strategies as st

CANARY = "executed"
"""File that a planted command makes in the working directory."""
COMMAND = {"_target_": "subprocess.Popen", "args": ["touch", CANARY]}


def nested(depth: int) -> list[Any]:
    """A list in a list in a list."""
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


HOSTILE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1,
    2,
    0.5,
    10**12,
    10**400,
    -1e308,
    math.nan,
    math.inf,
    "",
    "x" * 10**5,
    "../../outside",
    "/etc/passwd",
    "a\x00b",
    "\x1b[31m<script>${oc.env:HOME}",
    "$\\frac{$",
    "nan",
    [],
    ["x"] * 3000,
    {},
    ["a", "a"],
    [1, -1],
    nested(30),
    nested(200),
    {"a": {"b": 1}},
    COMMAND,
    [COMMAND],
    {"_target_": "wsed.training.ddp.subprocess.Popen"},
    {"_target_": "wsed.networks.vgg.Vgg"},
    {"_target_": 3},
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path in nested mappings and lists, the root included."""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(inner for name, value in entries for inner in places(value, (*path, name)))]


def replaced(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of a node with another value at a path."""
    if not path:
        return value
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = replaced(copy[path[0]], path[1:], value)
    return copy


@st.composite
def damaged_values(draw: st.DrawFn, content: Any) -> Any:
    """Content with one or two values replaced, or one key removed."""
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(places(content)))
        content = replaced(content, path, draw(st.sampled_from(HOSTILE)))
    return content


@st.composite
def damaged_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes that are cut, changed, repeated or added to."""
    if draw(st.booleans()):
        content = content[: draw(st.integers(0, len(content)))]
    changed = bytearray(content)
    for _ in range(draw(st.integers(0, 8))):
        if changed:
            # The beginning of a file decides the most.
            furthest = draw(st.sampled_from([min(64, len(changed)), len(changed)]))
            changed[draw(st.integers(0, furthest - 1))] = draw(st.integers(0, 255))
    return bytes(changed) + draw(st.sampled_from([b"", b"\x00", b"\xff\xfe", b'"', b"\n" * 5, b"\t" * 9]))


def read(path: Path) -> Any:
    """The values in a JSON, JSON lines, YAML or checkpoint file."""
    if path.suffix == ".ckpt":
        return torch.load(path, weights_only=True)
    text = path.read_text()
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


def write(path: Path, content: Any) -> None:
    """Writes what `read` reads."""
    if path.suffix == ".ckpt":
        torch.save(content, path)
    elif path.suffix == ".jsonl":
        lines = content if isinstance(content, list) else [content]
        path.write_text("\n".join(map(json.dumps, lines)) + "\n")
    elif path.suffix == ".json":
        path.write_text(json.dumps(content))
    else:
        path.write_text(yaml.safe_dump(content, allow_unicode=True))
