"""The Jinja environment of the values files, which keeps compiled templates as Python keeps compiled modules."""

import hashlib
import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import jinja2
from jinja2.bccache import Bucket

_TEMPLATES: Final = Path(__file__).parents[1] / "templates"

_OPTIONS: Final[Mapping[str, Any]] = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}

# What compiled templates depend on besides their text. Jinja itself knows the version of Python.
_VERSION: Final = hashlib.sha256(repr((jinja2.__version__, _OPTIONS)).encode()).hexdigest()[:12]


class Compiled(jinja2.FileSystemBytecodeCache):
    """Keeps compiled templates in a folder. Compiling them takes a third of the CPU of a `new`."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which is made when it is needed."""
        super().__init__(str(folder), f"%s.{_VERSION}.jinja")

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template, if the folder can be written. Otherwise each start compiles it."""
        if sys.dont_write_bytecode:
            return
        try:
            os.makedirs(self.directory, exist_ok=True)  # noqa: PTH103 - Jinja has the folder as a text
            super().dump_bytecode(bucket)
        except OSError:
            return


class _Environment(jinja2.Environment):
    """Looks into maps first. Jinja tries `v.restore` as an attribute first, which is slow for ten thousand files."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        try:
            return obj[attribute] if type(obj) is dict else getattr(obj, attribute)
        except (KeyError, AttributeError):
            return super().getattr(obj, attribute)


@cache
def environment(**filters: Callable[..., str]) -> jinja2.Environment:
    """Return the environment, with the filters."""
    made = _Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        bytecode_cache=Compiled(_TEMPLATES / "__pycache__"),
        **_OPTIONS,
    )
    made.filters.update(filters)
    return made
