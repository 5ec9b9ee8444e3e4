"""Config files that are kept as Hydra parses them, because most configs of a process are composed from the same."""

import pickle
from functools import lru_cache
from pathlib import Path

from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigResult


class KeptFiles(FileConfigSource):
    """Hydra's source of the files in a folder, which parses a file again only if it has changed."""

    def load_config(self, config_path: str) -> ConfigResult:
        """The content of a file and what its header says; the caller may change it."""
        status = Path(self.path, self._normalize_file_name(config_path)).stat()
        parsed = _parsed(self.provider, self.path, config_path, status.st_mtime_ns, status.st_size)
        result: ConfigResult = pickle.loads(parsed)
        return result


def keep_files() -> None:
    """Makes Hydra, when it is initialized next, keep the files of all folders."""
    # Hydra registers its own source while it finds plugins.
    Plugins.instance()
    SourcesRegistry.instance().types[KeptFiles.scheme()] = KeptFiles


@lru_cache(maxsize=1000)
def _parsed(provider: str, folder: str, config_path: str, modified: int, size: int) -> bytes:
    """A file in one state, pickled, as the fastest way to copy it."""
    return pickle.dumps(FileConfigSource(provider, folder).load_config(config_path))
