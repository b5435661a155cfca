"""Files that macOS puts beside others, in folders and in archives. None of them is part of a backup."""

import re

_COMPANION = re.compile(r"(?:^|/)(?:\._[^/]*|\.DS_Store|__MACOSX(?:/.*)?)$")


def is_companion(name: str) -> bool:
    """Tell whether a path or key is of such a file, or of their folder in a zip."""
    return _COMPANION.search(name) is not None
