"""Exports a trained system, and compares the file with the system before anybody can use it."""

import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from wsed.atomic import atomic_write
from wsed.errors import UserError, one_line
from wsed.inference.export.base import ExportFormat, Run
from wsed.inference.export.facts import facts_of
from wsed.inference.export.outputs import Outputs, with_stand_ins
from wsed.inference.model import Model
from wsed.systems.base import System

TOLERANCES = {"clip_probs": 1e-4, "frame_probs": 1e-4, "masks": 1e-3}
"""The largest difference of each output. Masks that are powers below 1 enlarge rounding near 0; 0.001 is -60 dB."""
EXAMPLE_FRAMES = 16
"""Frames of the example, for each frame of the embedding."""
BATCHES = ((1, 0.0), (1, 0.4), (2, 1.0), (3, 1.7))
"""Clips, and their length relative to the training clips, of each comparison; the shortest has one frame."""
DECIBELS = (0.0, -60.0, -math.inf)
"""Levels of the clips of a batch; the last is silence."""


def export(model: Model, form: ExportFormat, path: Path) -> dict[str, float]:
    """Writes a system to a file, unless the file gives other numbers than the system.

    Args:
        model: the model; its system is one of PyTorch.
        form: the format.
        path: the file to create or replace.

    Returns:
        The largest difference of each output on random waveforms of several lengths and batch sizes.

    Raises:
        UserError: a part cannot be exported, or gives other numbers.
    """
    if path.suffix != form.suffix:
        raise UserError(f"{path}: must end with {form.suffix}; rename it")
    if not path.parent.is_dir():
        raise UserError(f"{path}: there is no folder {path.parent}; create it")
    facts = facts_of(model)
    system = model.system
    assert isinstance(system, System)
    outputs = Outputs(system).eval()
    example = 0.1 * torch.randn(2, _samples(system, EXAMPLE_FRAMES), generator=torch.Generator().manual_seed(0))
    with atomic_write(path) as partial:
        try:
            form.write(_exportable(outputs, form), example, facts, partial)
        except (OSError, MemoryError):
            raise
        except Exception as error:
            raise _named(system, form, example, error) from error
        try:
            differences = largest_differences(outputs, form.opened(partial), model.clip_seconds)
        except MemoryError:
            raise
        except Exception as error:
            # Other programs have exceptions of their own.
            raise UserError(f"{path}: does not run ({one_line(str(error))[:200]}); nothing was written") from error
        for name, difference in differences.items():
            if not difference <= TOLERANCES[name]:
                raise UserError(
                    f"{path}: {name} would differ by {difference:.2g} from those of the system, more than "
                    f"{TOLERANCES[name]:g}; nothing was written, use the checkpoint"
                )
    return differences


def largest_differences(outputs: Outputs, run: Run, clip_seconds: float) -> dict[str, float]:
    """Compares an export with its system, on noise of several lengths and levels.

    Args:
        outputs: the system.
        run: runs the export.
        clip_seconds: length of the training clips in seconds.

    Returns:
        By name of the output, the largest difference; infinite if a shape differs or a number is not finite.
    """
    system = outputs.system
    shortest, generator = _samples(system, 1), torch.Generator().manual_seed(1)
    largest = dict.fromkeys(outputs.names, 0.0)
    for clips, length in BATCHES:
        samples = max(shortest, math.floor(length * clip_seconds * system.features.sample_rate))
        gains = torch.tensor([10 ** (level / 20) for level in DECIBELS[:clips]])
        waveform = torch.randn(clips, samples, generator=generator).clamp(-1, 1) * gains[:, None]
        with torch.inference_mode():
            expected = outputs(waveform)
        for name, own, other in zip(outputs.names, expected, run(waveform), strict=True):
            same = own.shape == other.shape
            difference = float((own - torch.from_numpy(other)).abs().max()) if same else math.inf
            largest[name] = max(largest[name], difference if math.isfinite(difference) else math.inf)
    return largest


def _samples(system: System, frames: int) -> int:
    """Length of a clip with so many frames of the embedding."""
    features = system.features
    return (frames * system.time_reduction - 1) * features.hop + features.window_size


def _exportable(outputs: Outputs, form: ExportFormat) -> Outputs:
    replaced = with_stand_ins(outputs, form.stand_ins)
    assert isinstance(replaced, Outputs)
    return replaced


def _named(system: System, form: ExportFormat, example: Tensor, error: Exception) -> UserError:
    """Says which part cannot be exported: the first that cannot be by itself."""
    inputs: dict[str, tuple[Any, ...]] = {}
    parts = dict(system.named_children())
    hooks = [
        part.register_forward_pre_hook(lambda _, given, name=name: inputs.update({name: given}))
        for name, part in parts.items()
    ]
    with torch.inference_mode():
        system(example)
    for hook in hooks:
        hook.remove()
    for name, given in inputs.items():
        reason = _refused(parts[name], given, form)
        if reason is not None:
            return UserError(f"export: {name}, {type(parts[name]).__name__}, cannot be exported ({one_line(reason)})")
    return UserError(f"export: {type(system).__name__} cannot be exported ({one_line(str(error))})")


def _refused(part: nn.Module, given: tuple[Any, ...], form: ExportFormat) -> str | None:
    tensors = tuple(each.clone() for each in given if isinstance(each, Tensor))
    try:
        form.convert(with_stand_ins(part, form.stand_ins), tensors)
    except Exception as error:
        return str(error)[-200:]
    return None
