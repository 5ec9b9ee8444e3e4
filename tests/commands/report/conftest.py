"""The fake run folders of the reports' own tests."""

from tests.reports.conftest import failed_run, make_run, sweep

__all__ = ["failed_run", "make_run", "sweep"]
