"""A real Neo4j server on the loopback interface: started on a data folder, asked, dumped, backed up and ended."""

import base64
import json
import os
import shlex
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import neo4j
from neo4j.exceptions import DriverError, Neo4jError
from tests.real.unprivileged import give, unprivileged

Rows = list[dict[str, Any]]

# A server that takes so long hangs. On two busy cores it may take minutes.
DEADLINE_SECONDS = 600.0

# The classes of a server in the form that Java maps into its memory, inside the home. `classes` makes it.
CLASSES = "classes.jsa"

# Of Java: a short life is worth neither the optimising compiler nor a collector with threads. The collector is a part
# of the form of CLASSES.
SHORT_LIFE = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

# The command of a server by its home and its options of Java, with _CONF in place of the folder of its settings.
_commands: dict[tuple[Path, tuple[str, ...]], str] = {}
_CONF = "{conf}"

# States of a database that will be another in a moment.
_NOT_YET = {"initial", "starting", "unknown", "store copying", "dirty"}


@dataclass(frozen=True)
class Settings:
    """What the lines of Neo4j call the settings that tests give: folders, listeners, default database, Java's options.

    java: empty where the line has no setting for options of Java.
    """

    directories: str
    folders: tuple[str, ...]
    listeners: tuple[str, ...]
    default: str
    java: str


_SETTINGS = {
    "5": Settings(
        "server.directories",
        ("logs", "run"),
        ("server.bolt.listen_address",),
        "initial.dbms.default_database",
        "server.jvm.additional",
    ),
    "4": Settings(
        "dbms.directories",
        ("logs", "run"),
        ("dbms.connector.bolt.listen_address",),
        "dbms.default_database",
        "dbms.jvm.additional",
    ),
    "3": Settings(
        "dbms.directories",
        ("logs", "run", "certificates"),
        ("dbms.connector.bolt.listen_address", "dbms.connector.http.listen_address", "dbms.backup.address"),
        "dbms.active_database",
        "",
    ),
}


def free_port() -> int:
    """Return a port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Neo4j:
    """A server of `home` on the data folder `data`, running inside a `with`.

    data: DATA_DIR. Settings, logs and the pid file go to a folder beside it.
    auth: name and password where users must log in. Without it nobody needs to.
    default: its default database, if that has another name than neo4j.
    java: more options of its Java. Without any it maps the CLASSES of its home, if they are there.
    """

    home: Path
    data: Path
    auth: tuple[str, str] | None = None
    default: str = ""
    java: tuple[str, ...] = ()
    ports: tuple[int, int, int] = field(default_factory=lambda: (free_port(), free_port(), free_port()))

    def __post_init__(self) -> None:
        """Write the settings, so that neo4j-admin can be asked before the server runs."""
        classes = self.home / CLASSES
        shared = (f"-XX:SharedArchiveFile={classes}",) if classes.exists() else ()
        self.java = (*SHORT_LIFE, *(self.java or shared))
        self.side = self.data.parent / f"{self.data.name}-server"
        for folder in (self.data, *(self.side / name for name in ("conf", *self._settings.folders))):
            folder.mkdir(parents=True, exist_ok=True)
        (self.side / "conf" / "neo4j.conf").write_text(self._conf())
        give(self.side)
        give(self.data)

    @property
    def line(self) -> str:
        """Return the first number of the version, and 5 for versions that are named by their year."""
        first = self.home.name.partition(".")[0]
        return first if len(first) == 1 else "5"

    @property
    def _settings(self) -> Settings:
        return _SETTINGS[self.line]

    def __enter__(self) -> Self:
        """Start the server and wait until it answers. On failure the error has its last lines."""
        self._log = (self.side / "console.log").open("ab")
        self._process = subprocess.Popen(
            unprivileged(self._command(), self.home, self.data.parent),
            env=self._env() if self._settings.java else {**self._env(), "JDK_JAVA_OPTIONS": " ".join(self.java)},
            cwd=self.side,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop the server, by force if it does not, with all it started."""
        self._process.terminate()
        try:
            self._process.wait(DEADLINE_SECONDS)
        finally:
            self._kill()
        if error is not None:
            error.add_note(self._last_lines())

    def query(self, cypher: str, database: str = "neo4j", auth: tuple[str, str] | None = None) -> Rows:
        """Return the rows of `cypher`, by bolt, or by HTTP where the line's bolt is older than the driver's."""
        if self.line == "3":
            return _by_http(self.ports[1], cypher, auth or self.auth)
        return _by_bolt(self.ports[0], cypher, database, auth or self.auth)

    def status_of_databases(self) -> dict[str, str]:
        """Return the state of each database by its name: `online`, or what is wrong.

        3.x has one database and no word for its state: it is online if it answers.
        """
        if self.line == "3":
            self.query("RETURN 1")
            return {"graph.db": "online"}
        rows = self.query("SHOW DATABASES", "system")
        return {row["name"]: row.get("statusMessage") or row.get("error") or _state(row) for row in rows}

    def set_password(self) -> None:
        """Give the first user the password of `auth`, in a data folder that no server has used."""
        assert self.auth is not None
        group = [] if self.line in {"3", "4"} else ["dbms"]
        self._admin(*group, "set-initial-password", self.auth[1])

    def dump(self, database: str, folder: Path) -> Path:
        """Return the dump of a database of a stopped server, `folder/DATABASE.dump`."""
        folder.mkdir(exist_ok=True)
        give(folder)
        if self.line in {"3", "4"}:
            self._admin("dump", f"--database={database}", f"--to={folder}/{database}.dump", needs=(folder,))
        else:
            self._admin("database", "dump", database, f"--to-path={folder}", needs=(folder,))
        return folder / f"{database}.dump"

    def last_transaction(self, database: str) -> int:
        """Return the last transaction of a database of a stopped server of Neo4j 5 and later."""
        lines = self._admin("database", "info", database, "--format=json").splitlines()
        (facts,) = (json.loads(line) for line in lines if line.startswith("{"))
        return int(facts["lastCommittedTransaction"])

    def backup(self, folder: Path, name: str) -> Path:
        """Return the online backup of a running Enterprise 3.3, `folder/NAME`."""
        folder.mkdir(exist_ok=True)
        give(folder)
        self._admin(
            "backup", f"--backup-dir={folder}", f"--name={name}", f"--from=127.0.0.1:{self.ports[2]}", needs=(folder,)
        )
        return folder / name

    def _command(self) -> list[str]:
        """Return the command of a server. From 4.4 on it is the one that `neo4j console` makes in a Java of its own.

        That costs as much as a sixth of a server's life, and differs by the settings' folder alone.
        """
        program, conf = str(self.home / "bin" / "neo4j"), str(self.side / "conf")
        if self.line == "3":
            return [program, "console"]
        if (self.home, self.java) not in _commands:
            argv = unprivileged([program, "console", "--dry-run"], self.home, self.data.parent)
            done = subprocess.run(argv, env=self._env(), cwd=self.side, capture_output=True, text=True, check=True)
            *_, command = done.stdout.splitlines()
            assert conf in command, command
            _commands[self.home, self.java] = command.replace(conf, _CONF)
        return [word.replace(_CONF, conf) for word in shlex.split(_commands[self.home, self.java])]

    def _admin(self, *words: str, needs: tuple[Path, ...] = ()) -> str:
        argv = unprivileged([self.home / "bin" / "neo4j-admin", *words], self.home, self.data.parent, *needs)
        done = subprocess.run(argv, env=self._env(), cwd=self.side, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"neo4j-admin {words[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    def _conf(self) -> str:
        names = self._settings
        lines = [(self.home / "conf" / "neo4j.conf").read_text(), f"{names.directories}.data={self.data}"]
        lines += [f"{names.directories}.{folder}={self.side / folder}" for folder in names.folders]
        lines += [f"{name}=127.0.0.1:{port}" for name, port in zip(names.listeners, self.ports, strict=False)]
        lines += [f"{names.java}={option}" for option in self.java if names.java]
        if self.default:
            lines += [f"{names.default}={self.default}"]
        return "\n".join([*lines, f"dbms.security.auth_enabled={str(self.auth is not None).lower()}", ""])

    def _env(self) -> dict[str, str]:
        passed = {name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ}
        return {**passed, "NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.side / "conf"), "HEAP_SIZE": "256m"}

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not self._answers():
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.2)
            assert self._process.returncode is None, f"neo4j ended: {self._last_lines()}"
            assert time.monotonic() < deadline, f"no answer in {DEADLINE_SECONDS} s: {self._last_lines()}"

    def _answers(self) -> bool:
        try:
            states = self.status_of_databases()
        except (DriverError, Neo4jError, urllib.error.URLError, ConnectionError):
            return False
        return bool(states) and not _NOT_YET.intersection(states.values())

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._log.close()

    def _last_lines(self) -> str:
        files = [self.side / "console.log", self.side / "logs" / "debug.log"]
        return "\n".join(f"--- {file}\n{file.read_text()[-3000:]}" for file in files if file.exists())


def _state(row: dict[str, Any]) -> str:
    """Return the state of a database. `unknown` is Community's word for one that is not its default: it stays so."""
    alone = row["currentStatus"] == "unknown" and not row["default"]
    return "not served" if alone and row["name"] != "system" else str(row["currentStatus"])


def _by_http(port: int, cypher: str, auth: tuple[str, str] | None) -> Rows:
    login = {"Authorization": f"Basic {base64.b64encode(':'.join(auth).encode()).decode()}"} if auth else {}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/db/data/transaction/commit",
        data=json.dumps({"statements": [{"statement": cypher}]}).encode(),
        headers={"Content-Type": "application/json", **login},
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - http, to ourselves
        answer = json.load(response)
    assert not answer["errors"], answer["errors"]
    result = answer["results"][0]
    return [dict(zip(result["columns"], row["row"], strict=True)) for row in result["data"]]


def _by_bolt(port: int, cypher: str, database: str, auth: tuple[str, str] | None) -> Rows:
    uri = f"bolt://127.0.0.1:{port}"
    with neo4j.GraphDatabase.driver(uri, auth=auth) as driver, driver.session(database=database) as session:
        return [record.data() for record in session.run(cypher)]
