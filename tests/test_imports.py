"""Imports that the garbage collector does not interrupt, in interpreters of their own."""

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
        ("json", "", ["False", "True", "True"]),
        # Nothing was loaded, so nothing is kept from the collector.
        ("gc", "", ["False", "True", "False"]),
        ("json", "gc.disable()", ["False", "False", "True"]),
    ],
)
def test_what_is_imported_is_not_searched_for_garbage(module: str, before: str, said: list[str]) -> None:
    program = PROGRAM.format(module=module, before=before)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == said
