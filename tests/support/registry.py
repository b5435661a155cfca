"""A real OCI registry on loopback, for charts and images: crane's."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers import free_port, wait_until_it_listens

_INSTALL = Path(__file__).parents[2] / "tools" / "registry" / "install"


@dataclass(frozen=True)
class Registry:
    """A running registry. host: with its port, as references have it. crane: the program."""

    host: str
    crane: str


@contextmanager
def registry() -> Iterator[Registry]:
    """Run an empty registry until the block ends."""
    crane = subprocess.run([_INSTALL], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="registry-") as folder:
        argv = [crane, "registry", "serve", "--address", f"127.0.0.1:{port}", "--disk", folder]
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait_until_it_listens(port, process)
                yield Registry(f"localhost:{port}", crane)
            finally:
                process.kill()
