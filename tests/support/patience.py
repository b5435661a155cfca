"""How long tests wait for what must happen: long enough for any load, for it tells a hang and no speed."""

import threading
import time
from collections.abc import Callable

from hypothesis import HealthCheck

# A command that takes so long hangs. On a machine with twenty times its load, a restore took two minutes.
HANGS_AFTER_SECONDS = 300.0

# For @settings of a property that shares a fixture between its examples: each may use a folder anew. How long the
# examples take to draw says something of the machine alone.
SHARED_FIXTURES = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)


def until(happened: Callable[[], object], what: str = "what must happen") -> None:
    """Return once `happened` is true. Fail if that never comes, with what was waited for."""
    deadline = time.monotonic() + HANGS_AFTER_SECONDS
    while not happened():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        threading.Event().wait(0.005)
