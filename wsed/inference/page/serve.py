"""Serves the page to this machine alone."""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from wsed.errors import UserError
from wsed.inference.model import Model
from wsed.inference.page.recording import MOST_BYTES

if TYPE_CHECKING:
    from gradio import Blocks

HOST = "127.0.0.1"


def serve(model: Model, port: int | None = None) -> None:
    """Shows the page until a signal comes.

    Args:
        model: the trained system.
        port: the port; None for one that is free.

    Raises:
        UserError: the port is taken.
    """
    with served(model, port) as address:
        print(f"{address} (Ctrl-C ends it)", flush=True)
        threading.Event().wait()


@contextmanager
def served(model: Model, port: int | None = None) -> Iterator[str]:
    """Serves the page in threads while the context lasts; yields its address. See `serve`."""
    with tempfile.TemporaryDirectory(prefix="wsed-demo-") as folder:
        _configure(Path(folder))
        from wsed.inference.page.app import build_page

        page = build_page(model)
        try:
            yield _launch(page, port)
        finally:
            page.close(verbose=False)


def _launch(page: "Blocks", port: int | None) -> str:
    """Starts the server; returns its address."""
    import gradio
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    # A page of another host whose name leads here could read the recordings otherwise.
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    try:
        _, address, _ = page.launch(
            server_name=HOST,
            server_port=port,
            share=False,
            inbrowser=False,
            prevent_thread_lock=True,
            quiet=True,
            max_file_size=MOST_BYTES,
            app_kwargs={"middleware": [hosts], "docs_url": None, "redoc_url": None},
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            theme=gradio.themes.Default(
                font=[gradio.themes.Font("system-ui"), gradio.themes.Font("sans-serif")],
                font_mono=[gradio.themes.Font("ui-monospace"), gradio.themes.Font("monospace")],
            ),
            css_paths=Path(__file__).with_name("page.css"),
        )
    except OSError as error:
        wanted = "any port that gradio tries" if port is None else f"--port {port}"
        raise UserError(f"{wanted}: is taken; give another with --port") from error
    return address


def _configure(folder: Path) -> None:
    """Sets what gradio reads from the environment, before it is imported.

    Settings that are meant for other pages could open this one to the network, or to more files.

    Args:
        folder: takes the recordings; only files in it can be read through the page.
    """
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    os.environ["GRADIO_EXAMPLES_CACHE"] = str(folder / "examples")
    os.environ["HF_HUB_OFFLINE"] = "1"
    # Gradio asks its own server whether it runs.
    os.environ["no_proxy"] = ",".join(filter(None, [os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), HOST]))
