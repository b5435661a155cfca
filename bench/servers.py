"""Runs the emulated stores on the loopback interface, with or without TLS, near or with the delays of a network."""

import base64
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from bench.errors import BenchError
from bench.places import ROOT
from bench.programs import program

_READY_SECONDS = 30.0

S3_KEY = ("benchkey", "bench-secret")

# Its name and key, which is any 64 bytes in base64.
AZURE_ACCOUNT = ("benchaccount", base64.b64encode(b"bench-secret".ljust(64)).decode())


@dataclass(frozen=True)
class Endpoint:
    """The address of a store. certificate: the path of its CA certificate, empty without TLS."""

    host: str
    port: int
    certificate: str = ""

    @property
    def url(self) -> str:
        """Return the URL, for STORAGE_EMULATOR_HOST."""
        return f"{'https' if self.certificate else 'http'}://{self.host}:{self.port}"


@dataclass(frozen=True)
class Distance:
    """What a proxy adds. rate: bytes a second of each connection, or 0. delay_ms: before each answer.

    hold: requests with this text are never answered.
    """

    rate: int = 0
    delay_ms: int = 0
    hold: str = ""

    @property
    def argv(self) -> list[str]:
        """Return the options of the proxy."""
        return ["-rate", str(self.rate), "-delay", f"{self.delay_ms}ms", "-hold", self.hold]


@contextmanager
def store(objects: Path, work: Path, *, tls: bool, distance: Distance | None = None) -> Iterator[Endpoint]:
    """Serve `objects` until the block ends, through a proxy if there is a distance. Logs and keys go to `work`."""
    certificate, key = _certificate(work) if tls else ("", "")
    near, far = _free_port(), _free_port()
    shown = far if distance else near
    end = Endpoint("127.0.0.1", shown, certificate)
    argv = [program("fake-gcs-server"), "-backend", "filesystem", "-filesystem-root", str(objects)]
    argv += ["-host", "127.0.0.1", "-port", str(near), "-external-url", end.url, "-log-level", "error"]
    argv += ["-data", "/nonexistent", "-public-host", f"127.0.0.1:{shown}", "-scheme", "https" if tls else "http"]
    argv += ["-cert-location", certificate, "-private-key-location", key] if tls else []
    with serving(argv, near, work / f"store-{near}.log"):
        if distance:
            with proxy(near, far, work, distance):
                yield end
        else:
            yield end


@contextmanager
def s3_store(objects: Path, work: Path, *, tls: bool, distance: Distance | None = None) -> Iterator[Endpoint]:
    """Serve `objects` as S3 until the block ends, for the key `S3_KEY`, and otherwise like `store`."""
    certificate, key = _certificate(work) if tls else ("", "")
    port = _free_port()
    argv = [output([str(ROOT / "tools" / "stores" / "install"), "versitygw"])]
    argv += ["--access", S3_KEY[0], "--secret", S3_KEY[1], "--port", f"127.0.0.1:{port}", "--quiet", "--keep-alive"]
    argv += ["--cert", certificate, "--key", key] if tls else []
    argv += ["posix", str(objects)]
    with serving(argv, port, work / f"s3-{port}.log"), _at_distance(port, work, distance) as shown:
        yield Endpoint("127.0.0.1", shown, certificate)


@contextmanager
def azure_store(location: Path, work: Path, distance: Distance | None = None) -> Iterator[Endpoint]:
    """Serve what azurite keeps in a folder until the block ends, for `AZURE_ACCOUNT`, without TLS."""
    port = _free_port()
    argv = [output([str(ROOT / "tools" / "stores" / "install"), "azurite"])]
    argv += ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(location)]
    argv += ["--silent", "--skipApiVersionCheck", "--disableTelemetry"]
    env = {**os.environ, "AZURITE_ACCOUNTS": ":".join(AZURE_ACCOUNT)}
    with serving(argv, port, work / f"azure-{port}.log", env), _at_distance(port, work, distance) as shown:
        yield Endpoint("127.0.0.1", shown)


@contextmanager
def _at_distance(near: int, work: Path, distance: Distance | None) -> Iterator[int]:
    """Yield the port of a proxy before the port `near`, or `near` where there is no distance."""
    if not distance:
        yield near
        return
    far = _free_port()
    with proxy(near, far, work, distance):
        yield far


@contextmanager
def proxy(near: int, far: int, work: Path, distance: Distance) -> Iterator[Path]:
    """Run the proxy from port `far` to `near`, and yield the path of its log."""
    log = work / f"proxy-{far}.log"
    argv = [program("bench-proxy"), "-listen", f"127.0.0.1:{far}", "-target", f"127.0.0.1:{near}", *distance.argv]
    with serving(argv, far, log):
        yield log


@contextmanager
def serving(argv: list[str], port: int, log: Path, env: dict[str, str] | None = None) -> Iterator[None]:
    """Run a server that listens on `port` until the block ends. Raises BenchError if it does not."""
    with log.open("wb") as output, _running(argv, output, env) as process:
        deadline = time.monotonic() + _READY_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                message = f"{Path(argv[0]).name} does not listen: {log.read_text(errors='replace')[-600:]}"
                raise BenchError(message, hint=f"see {log}")
            time.sleep(0.05)
        yield


@contextmanager
def _running(argv: list[str], output: IO[bytes], env: dict[str, str] | None) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(argv, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=env or os.environ)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _certificate(work: Path) -> tuple[str, str]:
    """Return a self-signed certificate for 127.0.0.1 and its key. They are made once in `work`."""
    certificate, key = work / "certificate.pem", work / "key.pem"
    if not certificate.exists():
        argv = [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        argv += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        argv += ["-keyout", str(key), "-out", str(certificate)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode:
            message = f"openssl cannot make a certificate: {done.stderr[-300:]}"
            raise BenchError(message, hint="install OpenSSL 1.1.1 or later")
    return str(certificate), str(key)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def fresh(folder: Path) -> Path:
    """Return the folder `folder`, empty. What it held is set aside, without its bytes."""
    if folder.exists():
        _set_aside(folder)
    folder.mkdir(parents=True)
    # The next run must not wait for writes of the one before.
    os.sync()
    return folder


def _set_aside(folder: Path) -> None:
    """Empty the files of a folder, and move it beside itself.

    Removed files would slow the next run: for five minutes, ext4 looks at each inode that was freed and passes it over.
    After ten thousand removed files, new ones cost ten times as much.
    """
    for top, _, names in os.walk(folder):
        for name in names:
            path = Path(top, name)
            if path.is_file() and not path.is_symlink():
                os.truncate(path, 0)
    names_beside = (folder.with_name(f"{folder.name}-{number}") for number in count())
    folder.rename(next(path for path in names_beside if not path.exists()))


@contextmanager
def working(above: Path) -> Iterator[Path]:
    """Yield an empty folder below `above`, which is removed at the end."""
    # Killed runs leave theirs behind.
    for left in above.glob("work-*"):
        if not Path("/proc", left.name.removeprefix("work-")).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = above / f"work-{os.getpid()}"
    try:
        yield fresh(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def output(argv: list[str]) -> str:
    """Return what a program prints, without the last line break. Raises BenchError if it fails."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{Path(argv[0]).name} ended with {done.returncode}: {(done.stdout + done.stderr)[-600:]}"
        raise BenchError(message, hint="run it by hand")
    return done.stdout.strip()
