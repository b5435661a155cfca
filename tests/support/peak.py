"""Runs `neo4j-restore`, and writes the most memory that it had: `python -m tests.support.peak FILE run`.

The peak is read by the process itself, at its end: a process that has ended has none. ru_maxrss would also count
whoever started it, as large as it was then.
"""

import atexit
import re
import sys
from pathlib import Path

from neo4j_restore.__main__ import main


def write_peak(path: Path) -> None:
    """Write the largest resident size of this process, in bytes."""
    status = Path("/proc/self/status").read_text()
    path.write_text(str(1024 * int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0])))


def read(path: Path) -> int:
    """Return what `write_peak` wrote."""
    return int(path.read_text())


if __name__ == "__main__":
    atexit.register(write_peak, Path(sys.argv[1]))
    main(sys.argv[2:])
