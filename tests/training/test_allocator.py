"""Memory that is asked for again, in a process of its own."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource
import torch
from wsed.training.allocator import keep_freed_memory
from wsed.networks.vgg import Vgg

if {keep}:
    keep_freed_memory()
network = Vgg([16, 16], dropout=0.3, bias=True)
for step in range(20):
    if step == 10:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    network(torch.zeros(4, 120, 64)).sum().backward()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(keep: bool) -> int:
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(keep=keep)], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc is on Linux")
def test_memory_that_was_freed_is_used_again() -> None:
    assert faults(keep=True) < faults(keep=False) / 4
