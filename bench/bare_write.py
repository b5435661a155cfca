"""The least that any generator takes: writes the same files from memory. Arguments: PACKED FOLDER."""

import marshal
import os
import sys
from pathlib import Path


def main() -> None:
    """Write the files, with a folder for each cluster."""
    packed, folder = sys.argv[1:]
    files: dict[str, bytes] = marshal.loads(Path(packed).read_bytes())  # noqa: S302 - packed by this package
    Path(folder).mkdir()
    folders = {folder}
    for name, data in files.items():
        path = f"{folder}/{name}"
        above = path.rpartition("/")[0]
        if above not in folders:
            os.mkdir(above)  # noqa: PTH102 - the floor pays for no path objects
            folders.add(above)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        os.write(file, data)
        os.close(file)


if __name__ == "__main__":
    main()
