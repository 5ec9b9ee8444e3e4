"""What the machine can do at most, by which figures of different machines are read."""

import os
import platform
import re
from pathlib import Path

import torch
from torch.nn import functional

from benchmarks.settings import Settings
from benchmarks.timing import seconds

DTYPES = {"fp32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16}


def allow_tf32(allowed: bool) -> None:
    """Whether a GPU may round the factors of fp32 products to tf32."""
    torch.backends.cuda.matmul.allow_tf32 = allowed
    torch.backends.cudnn.allow_tf32 = allowed


def machine(settings: Settings) -> dict[str, str]:
    """What the machine is, and the versions that decide its speed."""
    found = {
        "processor": _processor(),
        "cores": str(os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count()),
        "threads of torch": str(torch.get_num_threads()),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "bf16 in hardware": "yes"
        if torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
        else "no",
        "torch": torch.__version__,
        "python": platform.python_version(),
    }
    if settings.device == "cuda":
        properties = torch.cuda.get_device_properties(0)
        found |= {
            "GPU": properties.name,
            "GPUs": str(torch.cuda.device_count()),
            "memory of the GPU": f"{properties.total_memory / 1e9:.0f} GB",
            "CUDA, cuDNN": f"{torch.version.cuda}, {_cudnn()}",
        }
    return found


def file_stem(facts: dict[str, str]) -> str:
    """A name for the file of a machine's results."""
    return re.sub(r"[^a-z0-9]+", "-", facts.get("GPU", facts["processor"]).lower()).strip("-")


def ceilings(settings: Settings) -> dict[str, float]:
    """Peaks of matrix products and of convolutions in TFLOP/s, and the bandwidth of a copy in GB/s."""
    found = {
        f"{name} {kind}, TFLOP/s": value / 1e12
        for kind in kinds(settings.device)
        for name, value in peaks(kind, settings).items()
    }
    return {**found, "copy, GB/s": copy_bandwidth(settings) / 1e9}


def kinds(device: str) -> list[str]:
    """The kinds of arithmetic that a device has."""
    return [kind for kind in DTYPES if kind != "tf32" or device == "cuda"]


def peak(kind: str, settings: Settings) -> float:
    """The larger of the `peaks` of a kind of arithmetic.

    PyTorch takes products and convolutions from different libraries; in fp32, on processors of AMD, its products reach
    less than half of what its convolutions do.
    """
    return max(peaks(kind, settings).values())


def peaks(kind: str, settings: Settings) -> dict[str, float]:
    """Operations per second of large square matrix products and of wide convolutions; a product and a sum are two.

    Args:
        kind: `fp32`, `tf32` or `bf16`.
        settings: device and time.
    """
    size = 256 if settings.small else 8192 if settings.device == "cuda" else 2048
    clips, maps, side = (1, 32, 16) if settings.small else (32 if settings.device == "cuda" else 4, 256, 64)
    shapes = (size, size), (clips, maps, side, side), (maps, maps, 3, 3)
    matrix, cells, weight = (torch.randn(shape, device=settings.device, dtype=DTYPES[kind]) for shape in shapes)
    cells, weight = (tensor.to(memory_format=torch.channels_last) for tensor in (cells, weight))
    out = torch.empty_like(matrix)
    functions = {
        "matmul": lambda: torch.mm(matrix, matrix, out=out),
        "convolution": lambda: functional.conv2d(cells, weight, padding=1),
    }
    before = torch.backends.cuda.matmul.allow_tf32
    allow_tf32(kind == "tf32")
    taken = seconds(functions, settings.seconds)
    allow_tf32(before)
    return {
        "matmul": 2 * size**3 / taken["matmul"],
        "convolution": 2 * clips * side**2 * 9 * maps**2 / taken["convolution"],
    }


def copy_bandwidth(settings: Settings) -> float:
    """Bytes per second of a copy in memory, those read and those written."""
    size = 2**20 if settings.small else 2**28
    source = torch.zeros(size, dtype=torch.uint8, device=settings.device)
    target = torch.empty_like(source)
    return 2 * size / seconds({"copy": lambda: target.copy_(source)}, settings.seconds)["copy"]


def _cudnn() -> str:
    return str(torch.backends.cudnn.version())  # type: ignore[no-untyped-call]


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", info.read_text()) if info.is_file() else None
    return found[1].strip() if found else platform.processor() or platform.machine()
