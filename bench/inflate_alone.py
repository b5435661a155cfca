"""The least that any restore of a gzipped archive takes: isal on a file in memory, to nowhere."""

import sys
from pathlib import Path

from isal import isal_zlib

_IN_BYTES, _OUT_BYTES = 64 * 1024, 256 * 1024


def main() -> None:
    """Inflate a file with one gzip member. isal checks the trailer."""
    inflater = isal_zlib.decompressobj(31)
    with Path(sys.argv[1]).open("rb", buffering=0) as file:
        while not inflater.eof:
            pending = file.read(_IN_BYTES)
            if not pending:
                sys.exit("the file ends in the middle")
            while pending and not inflater.eof:
                inflater.decompress(pending, _OUT_BYTES)
                pending = inflater.unconsumed_tail


if __name__ == "__main__":
    main()
