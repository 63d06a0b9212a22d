"""AWS's models, as they lie beside botocore: read once a process, for all that ask for them."""

from __future__ import annotations

import functools
import os
from typing import Any

from botocore.loaders import JSONFileLoader, Loader, create_loader, instance_cache

from ses_provision.outside.data_files import content


class Files(JSONFileLoader):  # type: ignore[misc]
    """The files of models, as they are read here."""

    def load_file(self, file_path: str) -> Any:
        """What a model says, or None where there is no such file."""
        return content(file_path)


class Models(Loader):  # type: ignore[misc]
    """A loader that takes each folder for a service, without looking into all of them."""

    FILE_LOADER_CLASS = Files

    @instance_cache  # type: ignore[untyped-decorator]
    def list_available_services(self, type_name: str) -> list[str]:
        """Every service there is a folder for. That one has no such model shows when it is read.

        botocore looks into each of some 400 folders for each type of model.
        """
        del type_name
        return sorted(
            {
                entry.name
                for place in self.search_paths
                if os.path.isdir(place)  # noqa: PTH112 - places are strings, as botocore has them
                for entry in os.scandir(place)
                if entry.is_dir()
            }
        )


@functools.cache
def loader(data_path: str | None = None) -> Loader:
    """The loader of this process, by where further models lie (AWS_DATA_PATH)."""
    places = create_loader(data_path).search_paths
    return Models(extra_search_paths=places, include_default_search_paths=False)
