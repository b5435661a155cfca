"""Downloads the jars of a list from Maven Central, several at once, and checks each: `jars.py LIST FOLDER`.

A line of the list is a SHA-256 and a path in the repository, as `sha256sum` writes them. MAVEN_REPOSITORY is the
address of a mirror. Proxies and certificates are those of requests: HTTPS_PROXY and REQUESTS_CA_BUNDLE.
"""

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import requests
from maven_artifact.downloader import Downloader
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

_CONNECTIONS = 16

# Seconds to connect, and to wait for the next bytes.
_TIMEOUT = (20, 60)

_SECONDS_BETWEEN_LINES = 5.0


def main(argv: list[str]) -> int:
    """Download every jar of argv's list into argv's folder, and return the exit code."""
    jars = list(_listed(Path(argv[0]).read_text(encoding="utf-8")))
    try:
        download(jars, Path(argv[1]), repository())
    except (requests.RequestException, ValueError) as error:
        sys.stderr.write(f"error: {error}\ntry: again, or set MAVEN_REPOSITORY to a mirror that this machine reaches\n")
        return 1
    return 0


def repository() -> str:
    """Return the address of the repository, without a slash at its end: a mirror, or the default of maven-artifact."""
    default: str = Downloader().resolver.base
    return (os.environ.get("MAVEN_REPOSITORY") or default).rstrip("/")


def download(jars: list[tuple[str, str]], folder: Path, base: str) -> None:
    """Write each jar, (SHA-256, path), into the folder.

    Raises RequestException if a jar can't be fetched, and ValueError if one has another checksum.
    """
    folder.mkdir(parents=True, exist_ok=True)
    started = said = time.monotonic()
    with _session() as session, ThreadPoolExecutor(_CONNECTIONS) as pool:
        waiting = [pool.submit(_fetch, session, base, path, checksum, folder) for checksum, path in jars]
        try:
            for done, each in enumerate(as_completed(waiting), start=1):
                each.result()
                if time.monotonic() - said > _SECONDS_BETWEEN_LINES:
                    said = time.monotonic()
                    sys.stderr.write(f"  {done} of {len(jars)} jars after {said - started:.0f} s\n")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _listed(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        checksum, path = line.split()
        yield checksum, path


def _session() -> requests.Session:
    session = requests.Session()
    retry = Retry(5, backoff_factor=0.5, status_forcelist=[429, 500, 502, 503, 504])
    session.mount("https://", HTTPAdapter(pool_maxsize=_CONNECTIONS, max_retries=retry))
    session.mount("http://", HTTPAdapter(pool_maxsize=_CONNECTIONS, max_retries=retry))
    return session


def _fetch(session: requests.Session, base: str, path: str, checksum: str, folder: Path) -> None:
    answer = session.get(f"{base}/{path}", timeout=_TIMEOUT)
    answer.raise_for_status()
    actual = hashlib.sha256(answer.content).hexdigest()
    if actual != checksum:
        message = f"{path} has the SHA-256 {actual}, expected {checksum}"
        raise ValueError(message)
    folder.joinpath(Path(path).name).write_bytes(answer.content)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
