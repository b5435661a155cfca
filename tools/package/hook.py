"""A build hook of Hatch: puts man pages and completion into sdist and wheel where `make package` has made them.

They are made from the commands, so they are not in the repository, and an editable installation goes without.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SHARE = "build/share"


class Hook(BuildHookInterface[Any]):
    """Adds `build/share`. A wheel installs it below the `share/` of its environment."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folder, if it is there, to what is built. version: such as `standard` or `editable`."""
        if version != "standard" or not Path(self.root, _SHARE).is_dir():
            return
        if self.target_name == "wheel":
            build_data["shared_data"][_SHARE] = "share"
        else:
            build_data["force_include"][_SHARE] = _SHARE
