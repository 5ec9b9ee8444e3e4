import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.commands.recordings.conftest import Command

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_the_page_is_there_until_ctrl_c_and_leaves_no_files(small_run: Path, tmp_path: Path) -> None:
    # What a shell starts in the background ignores SIGINT, and the tests may run there.
    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from wsed.__main__ import main; sys.exit(main())"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, "demo", str(small_run)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        address = line.split()[0]
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address) as page:
            assert b"wsed" in page.read()
        assert len(list(tmp_path.glob("wsed-*"))) == 1
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert (process.returncode, out) == (130, "")
    assert err == "wsed: stopped by SIGINT; start the same command again to go on\n"
    assert not list(tmp_path.glob("wsed-*"))


@pytest.mark.slow
def test_a_port_that_is_taken(small_run: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRADIO_ANALYTICS_ENABLED", "GRADIO_TEMP_DIR", "GRADIO_EXAMPLES_CACHE", "HF_HUB_OFFLINE", "no_proxy"):
        monkeypatch.setenv(name, "")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert command("demo", small_run, "--port", port)[::2] == (
            2,
            f"wsed: --port {port}: is taken; give another with --port\n",
        )


@pytest.mark.parametrize("port", ["80", "70000", "no", "1" * 99])
def test_ports_that_cannot_be_used(command: Command, port: str) -> None:
    code, _, err = command("demo", "none", "--port", port)
    assert code == 2
    assert "from 1024 to 65535" in err


def test_a_missing_package_is_named_with_its_extra(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gradio", None)
    assert command("demo", "none") == (2, "", "wsed: demo: needs the package gradio; pip install 'wsed[demo]'\n")
