"""NumPy archives of others: the declared size and type of each array are checked before it is read."""

import math
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from wsed.checks.files import open_inside, size_text
from wsed.errors import UserError

KINDS = "biufU"
"""Kinds of NumPy types that are read: truth values, numbers and text; no objects, which could run code."""


def read_arrays(path: Path, limit: int, inside: Path) -> dict[str, NDArray[Any]]:
    """Reads all arrays of an `.npz` file.

    Args:
        path: path of the file.
        limit: the largest size of all arrays together, in bytes.
        inside: the folder that no link may lead out of.

    Raises:
        UserError: the file cannot be read, is no such archive, holds objects, or its arrays are larger.
    """
    with open_inside(inside, path) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                members = archive.infolist()
                if sum(member.file_size for member in members) > limit:
                    raise ValueError(f"its arrays have more than {size_text(limit)}")
                names = [member.filename.removesuffix(".npy") for member in members]
                if len(set(names)) < len(names):
                    raise ValueError("it has two arrays of the same name")
                return {name: _read(archive, member) for name, member in zip(names, members, strict=True)}
        except (
            ValueError,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            reason = " ".join(str(error).split())[:120] or type(error).__name__
            raise UserError(f"{path}: is damaged ({reason}); replace the file or remove it") from error


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    """Reads one array, whose size is checked before memory is touched."""
    with archive.open(member) as stream:
        version = npy.read_magic(stream)
        read_header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
        if read_header is None:
            raise ValueError(f"{member.filename} has the version {version}")
        shape, fortran, dtype = read_header(stream)
        if dtype.kind not in KINDS:
            raise ValueError(f"{member.filename} holds {dtype}, neither numbers nor text")
        size = math.prod(shape) * dtype.itemsize
        if size > member.file_size:
            raise ValueError(f"{member.filename} ends early")
        content = stream.read(size)
    if len(content) < size:
        raise ValueError(f"{member.filename} ends early")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")
