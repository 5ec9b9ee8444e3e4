"""The files of the audio cache: packs of samples, each with an index that has a checksum of every recording."""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pydantic
import torch
from annotated_types import Ge
from numpy.typing import NDArray
from torch import Tensor

from wsed.atomic import atomic_write
from wsed.data.audio.checked_json import read_checked, write_checked

ALIGNMENT = 4
"""Bytes. Every recording begins at a multiple, as its float32 samples need."""

Natural = Annotated[int, Ge(0)]
Index = dict[str, tuple[Natural, Natural, bool, Natural]]
INDEX = pydantic.TypeAdapter(Index)
"""By digest: the other attributes of `Location`."""

_right: set[tuple["Location", int]] = set()
"""The recordings whose checksums this process has checked, with the modification times of their packs."""


@dataclass(frozen=True)
class Location:
    """Location of a recording in the cache.

    Attributes:
        path: path of the pack.
        offset: first byte of the recording.
        samples: number of samples.
        is_int16: whether the samples are int16, otherwise float32.
        checksum: CRC-32 of the bytes of the samples.
    """

    path: Path
    offset: int
    samples: int
    is_int16: bool
    checksum: int

    @property
    def end(self) -> int:
        """The byte after the recording."""
        return self.offset + self.samples * (2 if self.is_int16 else 4)


class Packs:
    """The packs of one folder, `NAME.samples` with the index `NAME.json`.

    Files are written atomically, the samples before their index, so that a killed process leaves only complete packs.
    Writers must have a lock; readers need none.

    Args:
        folder: the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.folder.glob("*") if path.is_file())

    def open(self, digests: Iterable[str]) -> dict[str, Tensor]:
        """Maps recordings into memory. A recording is left out if it is missing or does not match its checksum.

        A process checks each recording once.

        Args:
            digests: identify the recordings.

        Returns:
            By digest, `(samples,)` int16 or float32, without a copy.
        """
        index = self._index()
        wanted = {digest: index[digest] for digest in digests if digest in index}
        # Each pack is mapped once, because the number of maps per process is limited.
        maps = {path: _map(path) for path in {location.path for location in wanted.values()}}

        def sound(location: Location) -> Tensor | None:
            mapped, modified = maps[location.path]
            stored = mapped[location.offset : location.end]
            if (location, modified) not in _right:
                if len(stored) != location.end - location.offset or zlib.crc32(stored.data) != location.checksum:
                    return None
                _right.add((location, modified))
            return torch.from_numpy(stored.view(np.int16 if location.is_int16 else np.float32))

        with ThreadPoolExecutor() as pool:
            found = dict(zip(wanted, pool.map(sound, wanted.values()), strict=True))
        return {digest: samples for digest, samples in found.items() if samples is not None}

    def clean(self, digests: Collection[str]) -> None:
        """Removes the packs in which one of these recordings is damaged, and the files that killed processes left.

        Args:
            digests: identify the recordings.
        """
        right = self.open(digests)
        index = self._index()
        damaged = {index[digest].path.stem for digest in digests if digest in index and digest not in right}
        kept = {location.path.stem for location in index.values()} - damaged
        for path in self.folder.glob("*"):
            if path.name != "lock" and path.stem not in kept and not path.is_dir():
                path.unlink()

    def write(self, digests: Collection[str], recordings: Iterable[tuple[str, NDArray[np.float32]]]) -> None:
        """Writes a pack.

        Args:
            digests: of the recordings that may come.
            recordings: digest and samples of each recording that could be decoded.

        Raises:
            OSError: the pack cannot be written, for example because the disk is full.
        """
        name = hashlib.blake2b("".join(digests).encode(), digest_size=8).hexdigest()
        target = self.folder / f"{name}.samples"
        index: Index = {}
        with atomic_write(target) as partial, partial.open("wb") as file:
            for digest, samples in recordings:
                stored, is_int16 = _compact(samples)
                content = stored.tobytes()
                index[digest] = (file.tell(), len(stored), is_int16, zlib.crc32(content))
                file.write(content)
                file.write(bytes(-file.tell() % ALIGNMENT))
        if index:
            write_checked(target.with_suffix(".json"), index)
        else:
            target.unlink()

    def _index(self) -> dict[str, Location]:
        """Every recording in complete packs, by digest."""
        found: dict[str, Location] = {}
        for path in sorted(self.folder.glob("*.json")):
            samples = path.with_suffix(".samples")
            entries = read_checked(path, INDEX)
            if entries and samples.is_file():
                locations = {digest: Location(samples, *entry) for digest, entry in entries.items()}
                if _fit(locations, samples.stat().st_size):
                    found |= locations
        return found


def _fit(locations: Mapping[str, Location], size: int) -> bool:
    """Whether all recordings lie in a pack of `size` bytes, and its last byte belongs to the last of them."""
    aligned = all(location.offset % ALIGNMENT == 0 for location in locations.values())
    end = max(location.end for location in locations.values())
    return aligned and end + -end % ALIGNMENT == size


def _map(path: Path) -> tuple[NDArray[np.uint8], int]:
    """The bytes of a pack, and its modification time in nanoseconds; no bytes if it has just been removed."""
    try:
        # Copy-on-write, because PyTorch has no read-only tensors.
        return np.memmap(path, np.uint8, "c"), path.stat().st_mtime_ns
    except (OSError, ValueError):
        return np.empty(0, np.uint8), 0


def _compact(samples: NDArray[np.float32]) -> tuple[NDArray[Any], bool]:
    """The samples as int16 if that is exact, otherwise unchanged; and whether it is exact."""
    scaled = samples * 32768
    short = np.clip(scaled, -32768, 32767).astype(np.int16)
    return (short, True) if np.array_equal(short, scaled) else (samples, False)
