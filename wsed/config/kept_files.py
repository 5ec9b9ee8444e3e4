"""Config files that are kept as Hydra parses them, because most configs of a process are composed from the same."""

import pickle
from functools import lru_cache
from pathlib import Path

from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra._internal.core_plugins.importlib_resources_config_source import ImportlibResourcesConfigSource
from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigResult, ConfigSource


class KeptFiles(FileConfigSource):
    """Hydra's source of the files in a folder, which parses a file again only if it has changed."""

    def load_config(self, config_path: str) -> ConfigResult:
        """The content of a file and what its header says; the caller may change it."""
        status = Path(self.path, self._normalize_file_name(config_path)).stat()
        state = (status.st_mtime_ns, status.st_size)
        return _copy(_parsed(FileConfigSource, self.provider, self.path, config_path, state))


class KeptResources(ImportlibResourcesConfigSource):
    """Hydra's source of the files in a package, such as its own; they do not change."""

    def load_config(self, config_path: str) -> ConfigResult:
        """See `KeptFiles`."""
        return _copy(_parsed(ImportlibResourcesConfigSource, self.provider, self.path, config_path))


def keep_files() -> None:
    """Makes Hydra, when it is initialized next, keep the files of all folders and packages."""
    # Hydra registers its own sources while it finds plugins.
    Plugins.instance()
    SourcesRegistry.instance().types.update(file=KeptFiles, pkg=KeptResources)


def _copy(parsed: bytes) -> ConfigResult:
    result: ConfigResult = pickle.loads(parsed)
    return result


@lru_cache(maxsize=1000)
def _parsed(
    source: type[ConfigSource], provider: str, folder: str, config_path: str, state: tuple[int, int] | None = None
) -> bytes:
    """A file in one state, pickled, as the fastest way to copy it."""
    return pickle.dumps(source(provider, f"{source.scheme()}://{folder}").load_config(config_path))
