"""Runs one program from a small process and writes its figures: `python -S -E shim.py RESULT ARGV...`.

When a program ends, the system reports its processor time, its largest process and the bytes that it wrote to a disk,
with those of all its descendants. The largest process counts from the fork on, with the memory of the parent. So the
parent has to be small: this process, and not the harness.
"""

import os
import sys
import time


def main() -> None:
    """Run the program. Write wall and processor seconds, peak bytes, written bytes and the exit code to RESULT."""
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
