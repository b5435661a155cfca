"""A PATH with few programs, for scripts that have to say what is missing."""

import shutil
from collections.abc import Iterable
from pathlib import Path


def folder_of(names: Iterable[str], folder: Path) -> Path:
    """Make a folder with links to these programs of this machine, and return it."""
    folder.mkdir()
    for name in names:
        program = shutil.which(name)
        assert program is not None, f"{name} is not on PATH"
        (folder / name).symlink_to(program)
    return folder
