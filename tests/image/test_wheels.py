"""The lock of the image has a wheel of each package for both architectures. Its hashes do not say for which they are.

So pip is asked, as the Dockerfile asks it. What an unchanged lock has shown once is not asked again. So the test needs
a package index for a new lock only.
"""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "tools" / "restore" / "requirements.txt"
CACHE = Path(os.environ.get("NEO4J_RESTORE_CACHE") or Path.home() / ".cache" / "neo4j-restore") / "locks"

# The oldest glibc that a wheel may need is that of the image's Debian 13, 2.41.
GLIBC = ["manylinux2014", *(f"manylinux_2_{minor}" for minor in range(17, 42))]


def python_version() -> str:
    (version,) = re.findall(r"^python_version=(.+)$", (ROOT / "tools" / "image" / "build").read_text(), re.MULTILINE)
    return str(version)


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_every_package_of_the_image_has_a_wheel_for_each_architecture(architecture: str, tmp_path: Path) -> None:
    platforms = [f"--platform={glibc}_{architecture}" for glibc in GLIBC]
    asked = ["--no-deps", "--require-hashes", "--only-binary=:all:", f"--python-version={python_version()}", *platforms]
    shown = CACHE / hashlib.sha256("\n".join([*asked, LOCK.read_text()]).encode()).hexdigest()
    if shown.exists():
        return
    argv = [sys.executable, "-m", "pip", "download", "--quiet", *asked, f"--dest={tmp_path}", f"--requirement={LOCK}"]
    result = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    CACHE.mkdir(parents=True, exist_ok=True)
    shown.touch()
