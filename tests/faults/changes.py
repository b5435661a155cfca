"""Every change that this process makes to a volume, seen just before it is made, in a forked child, which ends soon.

The product has no hook for this: what it calls of Python to reach the operating system is replaced.
"""

import io
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

# What the engine, pathlib and shutil change folders with.
_CALLS = ("mkdir", "rename", "replace", "unlink", "remove", "rmdir", "link", "symlink", "truncate", "chown")

Before = Callable[..., None]


def watch(volume: Path, before: Before) -> None:
    """Call `before(name, *arguments)` before each change from here on. A write becomes two, of half the bytes each.

    Syncing is told, and not done: what a process wrote outlives it all the same.
    """
    for name in _CALLS:
        setattr(os, name, _watched(name, getattr(os, name), before))
    replaced: dict[tuple[ModuleType, str], Callable[..., Any]] = {
        (os, "fsync"): partial(before, "fsync"),
        (os, "fdatasync"): partial(before, "fdatasync"),
        (os, "open"): _os_open(os.open, before),
    }
    replaced[io, "open"] = _io_open(io.open, volume, before)
    for (module, name), call in replaced.items():
        setattr(module, name, call)


def _watched(name: str, call: Callable[..., Any], before: Before) -> Callable[..., Any]:
    def watched(*args: Any, **options: Any) -> Any:
        # A folder that is there is no change, and no disk's error: it is EEXIST, which pathlib asks for.
        if name != "mkdir" or not Path(args[0]).is_dir():
            before(name, *args)
        return call(*args, **options)

    return watched


def _os_open(call: Callable[..., int], before: Before) -> Callable[..., int]:
    def watched(path: Any, flags: int, *args: Any, **options: Any) -> int:
        if flags & os.O_CREAT:
            before("open", path)
        return call(path, flags, *args, **options)

    return watched


def _io_open(call: Callable[..., Any], volume: Path, before: Before) -> Callable[..., Any]:
    def watched(file: Any, mode: str = "r", buffering: int = -1, *args: Any, **options: Any) -> Any:
        if not set(mode) & set("wax") or isinstance(file, int) or not Path(file).is_relative_to(volume):
            return call(file, mode, buffering, *args, **options)
        raw = _Watched(file, mode.replace("b", "").replace("t", ""), before)
        if buffering == 0:
            return raw
        buffered = io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, *args, **options)

    return watched


class _Watched(io.FileIO):
    """A file whose writes are told, and done by halves: a kill or a full disk may come in the middle of one."""

    def __init__(self, path: Path, mode: str, before: Before) -> None:
        before("open", path)
        super().__init__(path, mode)
        self._before = before
        self._halved = False

    def write(self, data: Any) -> int:
        self._before("write", self.name)
        view = memoryview(data).cast("B")
        self._halved = not self._halved and len(view) > 1
        return super().write(view[: len(view) // 2] if self._halved else view) or 0
