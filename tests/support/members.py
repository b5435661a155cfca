"""A member of a cluster as other members see it over HTTP: a server on the loopback interface that answers in words."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

OF_4, OF_3 = "/db/system/cluster/available", "/db/manage/server/core/available"

# What members answer, by path. Of any other path there is nothing. That of 3.3.5 was seen with the real one.
SERVES_4: Final = {OF_4: (200, "true")}
SERVES_3: Final = {OF_3: (200, "true")}
REPLICA_3: Final = {OF_3: (403, "false")}
ASKS_FOR_A_LOGIN: Final = {OF_4: (401, ""), OF_3: (401, "")}
NO_CLUSTER: Final[Mapping[str, tuple[int, str]]] = {}
OTHER_PROGRAM: Final = {OF_4: (200, "<html>true</html>"), OF_3: (200, "<html>true</html>")}
FAILING: Final = {OF_4: (503, ""), OF_3: (503, "")}


@contextmanager
def member(answers: Mapping[str, tuple[int, str]]) -> Iterator[str]:
    """Give the address of a server with these answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, text = answers.get(self.path, (404, ""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
