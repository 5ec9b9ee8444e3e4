"""Imports that take less time, in interpreters of their own."""

import subprocess
import sys

import pytest

PROGRAM = """
import gc
from wsed.imports import quick_imports
{before}
with quick_imports():
    print(gc.isenabled())
    import {module}
print(gc.isenabled(), gc.get_freeze_count() > 0)
"""


@pytest.mark.parametrize(
    ("module", "before", "said"),
    [
        ("numpy", "", ["False", "True", "True"]),
        # So little was loaded that nothing is kept from the collector.
        ("json", "", ["False", "True", "False"]),
        ("numpy", "gc.disable()", ["False", "False", "True"]),
    ],
)
def test_what_is_imported_is_not_searched_for_garbage(module: str, before: str, said: list[str]) -> None:
    program = PROGRAM.format(module=module, before=before)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == said


UNUSED = """
import sys
from wsed.imports import quick_imports
with quick_imports():
    import pytorch_lightning
print("scipy.signal" in sys.modules)
import scipy.signal
print(type(scipy.signal) is type(sys), scipy.signal.medfilt([3.0, 1.0, 2.0]).tolist())
"""
USED = """
import sys
from wsed.imports import quick_imports
with quick_imports():
    from scipy import signal
    from scipy.signal import medfilt
    from scipy.signal.windows import boxcar
    import pytorch_lightning
import scipy.signal
print(type(scipy.signal) is type(sys), signal.medfilt is medfilt is scipy.signal.medfilt, boxcar(2).tolist())
"""


@pytest.mark.parametrize(
    ("program", "said"), [(UNUSED, "False\nTrue [1.0, 2.0, 1.0]\n"), (USED, "True True [1.0, 1.0]\n")]
)
def test_a_part_of_scipy_is_loaded_by_those_who_use_it(program: str, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == said


def test_the_classes_of_a_config_are_loaded_without_garbage_collection() -> None:
    program = "import gc, sys; from wsed.config import composed; composed()\n"
    program += (
        "print('pytorch_lightning' in sys.modules, 'scipy.signal' in sys.modules, gc.get_freeze_count() > 100_000)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True False True\n"
