"""What Flux fetches, over HTTP on the loopback interface: a Helm repository, and a Git repository with a fleet."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.e2e.cluster import run


@dataclass(frozen=True)
class Repository:
    """A Git repository. work: its work tree."""

    work: Path

    def git(self, *args: str) -> str:
        """Return what git prints. Settings of the machine do not count, and nobody is asked for a name."""
        who = ["-c", "user.name=e2e", "-c", "user.email=e2e@example.org", "-c", "commit.gpgsign=false"]
        return run("git", "-C", self.work, *who, *args).strip()

    def commit(self, subject: str) -> str:
        """Commit all that differs, and return the revision as Flux names it."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", subject)
        return self.revision()

    def revision(self) -> str:
        """Return the last commit as Flux names it."""
        return f"main@sha1:{self.git('rev-parse', 'HEAD')}"


def make_repository(root: Path) -> Repository:
    """Return the repository `fleet`, whose branch is `main`."""
    work = root / "fleet"
    run("git", "init", "--quiet", "--initial-branch=main", work)
    return Repository(work)


@contextmanager
def serve(root: Path) -> Iterator[str]:
    """Give the URL of a server of the files below `root`. Git repositories in it are served as `git clone` wants it."""

    class Handler(_Handler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(root))  # type: ignore[arg-type]  # as socketserver calls it

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    """Files, and for paths of a Git repository what Git's own CGI program answers."""

    def do_GET(self) -> None:
        if "/.git/" in self.path:
            self._git()
        else:
            super().do_GET()

    def do_POST(self) -> None:
        self._git()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _git(self) -> None:
        path, _, query = self.path.partition("?")
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": self.directory,
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            **headers,
        }
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, answer = done.stdout.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
        self.send_response(int(lines.pop("Status", "200").split()[0]))
        for name, value in lines.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
