"""The interface of export formats."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from wsed.inference.export.outputs import Outputs, StandIns

Run = Callable[[Tensor], list[NDArray[np.float32]]]
"""From a waveform `(batch, samples)` to the outputs."""


class ExportFormat(ABC):
    """Writes a system into a file that other programs run.

    Attributes:
        suffix: suffix of its files.
        stand_ins: layers that cannot be exported as they are.
    """

    suffix: ClassVar[str]
    stand_ins: ClassVar[StandIns]

    @abstractmethod
    def convert(self, module: nn.Module, inputs: tuple[Tensor, ...]) -> object:
        """Converts a module, in which layers were replaced already.

        Args:
            module: the module.
            inputs: its inputs, of any size.

        Raises:
            Exception: of any type; the module cannot be converted.
        """

    @abstractmethod
    def write(self, outputs: Outputs, example: Tensor, facts: str, path: Path) -> None:
        """Writes a system.

        Args:
            outputs: the system, in which layers were replaced already.
            example: `(batch, samples)`; the file takes any other size as well.
            facts: see `wsed.inference.export.facts`.
            path: the file.

        Raises:
            Exception: of any type; a part cannot be converted.
        """

    @abstractmethod
    def opened(self, path: Path) -> Run:
        """Runs a file by a program that is independent of wsed."""
