"""Tells `neo4j-restore` to stop before one of its changes: `python -m tests.faults.terminated NUMBER run`."""

import itertools
import os
import signal
import sys
from pathlib import Path

from tests.faults import changes

from neo4j_restore.__main__ import main


def _run(at: int, argv: list[str]) -> None:
    numbers = itertools.count()

    def before(*_: object) -> None:
        if next(numbers) == at:
            os.kill(os.getpid(), signal.SIGTERM)

    changes.watch(Path(os.environ["DATA_DIR"]), before)
    main(argv)


if __name__ == "__main__":
    _run(int(sys.argv[1]), sys.argv[2:])
