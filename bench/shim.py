"""Runs one program and writes what it took: `python -S -E shim.py RESULT ARGV...`, alone in a small process.

Of a program that ends, the system tells processor time, the largest process and the bytes that it had written to a
disk, with those of all its descendants. A process starts with the memory of the one that started it in its record,
so the starter has to be small: this one, not the harness.
"""

import os
import sys
import time


def main() -> None:
    """Run it; RESULT gets wall and processor seconds, peak bytes, written bytes and the exit code."""
    result, *argv = sys.argv[1:]
    began = time.monotonic()
    child = os.posix_spawnp(argv[0], argv, os.environ)
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - began
    cpu = usage.ru_utime + usage.ru_stime
    # Linux: memory in KiB, blocks of 512 bytes.
    text = f"{wall} {cpu} {usage.ru_maxrss * 1024} {usage.ru_oublock * 512} {os.waitstatus_to_exitcode(status)}"
    with open(result, "w") as file:  # noqa: PTH123 - pathlib would double this process's memory
        file.write(text)


if __name__ == "__main__":
    main()
