"""The export formats by name; each is imported only when it is used."""

from wsed.errors import UserError
from wsed.inference.export.base import ExportFormat

NAMES = ("onnx", "torch")
PACKAGES = ("onnx", "onnxruntime", "onnxscript")
"""Packages that ONNX needs."""


def export_format(name: str) -> ExportFormat:
    """The format of a name.

    Raises:
        UserError: a package is missing.
    """
    if name == "torch":
        from wsed.inference.export.torch_script import TorchScript

        return TorchScript()
    try:
        import onnxscript  # noqa: F401  # torch.onnx imports it late

        from wsed.inference.export.onnx import Onnx
    except ModuleNotFoundError as error:
        raise missing(error) from error
    return Onnx()


def missing(error: ModuleNotFoundError) -> Exception:
    """What to say about a package that is missing."""
    if error.name not in PACKAGES:
        return error
    return UserError(f"ONNX needs the package {error.name}; pip install 'wsed[export]'")
