"""Stand-ins for the closed `restore` commands of Enterprise 4.x and 5: they check argv and layout, and move files.

They also say what a store is, as `store-info` and `database info` do: its format by its files, and a last transaction.
A file `info` in their home is printed in place of that. `check-consistency` of 4.x fails with the text of a file
`check` in their home, which is its report if it begins with ERROR.

They accept what the operations manuals document for each version, and refuse everything else.
"""

import re
import shlex
import sys
from pathlib import Path

from tests.support import archives, used

import neo4j_restore
from neo4j_restore.admin.admin_commands import Edition

_INFO = """\
def version_of(neostore):
    # Of 5, the records have more than a version. The product's own reader knows it, and takes long to import.
    if b"\\x06record" in b"".join(neostore[at + 1 : at + 9] for at in range(0, 504, 9)):
        sys.path.insert(0, {product!r})
        from neo4j_restore.sets import inside
        return inside.version_of(neostore).text.replace(" ", "-")
    # Up to 4.4 the fifth record has it: the text backwards, before its length.
    text = neostore[37:45][::-1]
    return text[1 : 1 + text[0]].decode() if neostore[36:37] == b"\\1" else ""

def info(store, version, last=11, shape=None):
    given = os.path.dirname(os.path.dirname(sys.argv[0])) + "/info"
    if os.path.exists(given):
        text = open(given).read()
        print(text)
        sys.exit(text.startswith("Failed"))
    marker = os.path.join(store, "neostore")
    seen = version_of(open(marker, "rb").read(512)) if os.path.isfile(marker) else ""
    line = int(version.partition(".")[0])
    # 5 has names of its own for the formats of 4.3 and 4.4.
    seen = "record-aligned-0.1" if seen == "AF4.3.0" and line >= 5 else seen
    early = {{"4.0": "SF4.0.0", "4.1": "AF4.1.a", "4.2": "AF4.1.a"}}.get(version[:3], "AF4.3.0")
    shape = shape or seen or {{3: "v0.A.9", 4: early}}.get(line, "record-aligned-1.1")
    facts = {{"databaseName": os.path.basename(store), "inUse": "false", "storeFormat": shape}}
    facts |= {{"storeFormatIntroduced": "4.3.0", "lastCommittedTransaction": str(last), "recoveryRequired": "false"}}
    pairs = ['"' + name + '": "' + value + '"' for name, value in facts.items()]
    superseded = '"5.0.0"' if shape.endswith("-0.1") else "null"
    print("{{" + ", ".join([*pairs, '"storeFormatSuperseded": ' + superseded]) + "}}")
    sys.exit(0)
"""

_PROGRAM = """\
import os, sys, time

PAUSE, MOVES = {pause!r}, {moves!r}
{info}
def fail(text):
    print(text, file=sys.stderr)
    sys.exit(1)

def pause(name):
    ends, home = time.monotonic() + PAUSE, os.path.dirname(os.path.dirname(sys.argv[0]))
    while time.monotonic() < ends and not any(map(os.path.exists, (home + "/go", home + "/go-" + name))):
        time.sleep(0.01)

def setting(name):
    lines = open(os.environ["NEO4J_CONF"] + "/neo4j.conf").read().splitlines()
    return next((line[len(name) + 1 :] for line in lines if line.startswith(name + "=")), "")

if sys.argv[1:-1] == (["store-info", "--structured"] if MOVES else ["store-info"]):
    info(sys.argv[-1], {version!r})
data = setting("dbms.directories.data")
if sys.argv[1] == "check-consistency" and sys.argv[3].startswith("--report-dir="):
    size = setting("dbms.memory.pagecache.size")
    if not (size[-1:] == "m" and size[:-1].isdigit()):
        fail("its memory has no bound")
    if not os.path.isfile(data + "/databases/" + sys.argv[2].removeprefix("--database=") + "/neostore"):
        fail("Database does not exist")
    given = os.path.dirname(os.path.dirname(sys.argv[0])) + "/check"
    pause("check")
    if not os.path.exists(given):
        sys.exit(0)
    report = open(given).read()
    if report.startswith("ERROR"):
        path = sys.argv[3].removeprefix("--report-dir=") + "/inconsistencies-2026-01-31.02.00.00.report"
        open(path, "w").write(report)
        print("Number of errors: 331")
        fail("Inconsistencies found. See '" + path + "' for details.")
    fail(report)
options = dict(each.removeprefix("--").partition("=")[::2] for each in sys.argv[2:])
if sys.argv[1] != "restore" or set(options) != ({{"from", "database"}} | ({{"move"}} if MOVES else set())):
    fail("usage: " + " ".join(sys.argv[1:]))
source, name = options["from"], options["database"]
if not os.path.isfile(source + "/neostore"):
    fail("Source directory is not a database backup [" + source + "]")
target, logs = data + "/databases/" + name, data + "/transactions/" + name
if os.path.exists(target):
    fail("Database with name [" + name + "] already exists at " + target)
os.makedirs(data + "/databases", exist_ok=True)
if MOVES:
    os.rename(source, target)
else:
    import shutil
    shutil.copytree(source, target)
pause("restore")
os.makedirs(logs)
for each in os.listdir(target):
    if each.startswith(("neostore.transaction.db.", "checkpoint.")):
        os.rename(target + "/" + each, logs + "/" + each)
"""

# Asked for its version at each start of a restore, it answers without Python.
_SHELL = """\
#!/bin/sh
[ "$*" = --version ] && echo {version} && exit
exec {python} -S -E "{program}" "$@"
"""


def _write(home: Path, program: str, version: str, **words: object) -> None:
    """Write the program as `bin/neo4j-admin`. Its Python looks for no packages, which makes its start cheap."""
    stands_for(home, version)
    shell, python = home / "bin" / "neo4j-admin", home / "bin" / "neo4j-admin.py"
    shell.parent.mkdir(parents=True)
    info = _INFO.format(product=str(Path(neo4j_restore.__file__).parents[1]))
    python.write_text(program.format(version=version, info=info, **words))
    shell.write_text(_SHELL.format(version=version, python=shlex.quote(sys.executable), program=python))
    shell.chmod(0o755)


def stands_for(home: Path, version: str, edition: str = "") -> None:
    """Write for which Neo4j a stand-in stands."""
    home.mkdir(parents=True, exist_ok=True)
    (home / used.STANDS_FOR).write_text(f"{version} {edition}")


def install(home: Path, version: str = "4.4.48", *, pause: float = 0) -> Path:
    """Write the stand-in as `bin/neo4j-admin` below `home`, which is returned, for NEO4J_HOME.

    pause: seconds that `restore` and `check-consistency` work before they finish, for tests that interrupt them. A file
    `go` in the home ends all pauses. `go-restore` and `go-check` end those of one command.
    """
    moves = tuple(map(int, re.findall(r"\d+", version)[:2])) >= (4, 2)
    _write(home, _PROGRAM, version, pause=pause, moves=moves)
    stands_for(home, version, Edition.ENTERPRISE)
    return home


def install_failing(home: Path, says: str, status: int = 1, version: str = "4.4.48") -> Path:
    """Write a neo4j-admin that tells its version and fails at all else with `says`."""
    program = home / "bin" / "neo4j-admin"
    program.parent.mkdir(parents=True)
    lines = [
        "#!/bin/sh",
        f'[ "$1" = --version ] && exec echo {version}',
        f"echo {shlex.quote(says)} >&2",
        f"exit {status}",
    ]
    program.write_text("\n".join(lines) + "\n")
    program.chmod(0o755)
    stands_for(home, version)
    return home


_PROGRAM_5 = """\
import io, re, struct, sys, os, tarfile
from pathlib import Path

VERSION, TEMP, OVERLAPS = {version!r}, {temp!r}, {overlaps!r}
{info}
def fail(text, status=1):
    print(text, file=sys.stderr)
    sys.exit(status)

def precedes(before, after):
    if before["id"] != after["id"] or before["highest"] >= after["highest"]:
        return False
    overlaps = OVERLAPS and before["full"] and after["lowest"] <= before["highest"]
    return overlaps or before["highest"] + 1 == after["lowest"]

def text(data):
    return data[1 : 1 + data[0]], data[1 + data[0] :]

def artifact(path):
    data = path.read_bytes()
    if not data.startswith(b"BTV1\\1"):
        fail("Not a valid Neo4j archive: " + str(path))
    engine, rest = text(data[21:])
    shape, rest = text(rest)
    identity, rest = text(rest[2:])
    name, rest = text(rest)
    seconds, lowest, highest = struct.unpack(">qqq", rest[:24])
    flags, tar = text(rest[24:])
    return {{"id": identity, "lowest": lowest, "highest": highest, "full": flags[0] & 4, "tar": tar,
             "time": seconds,
             "format": (engine + b"-" + shape + b"-1.1").decode()}}

if sys.argv[1:3] == ["database", "info"] and sys.argv[4:] == ["--format=json"]:
    conf = Path(os.environ["NEO4J_CONF"], "neo4j.conf").read_text()
    data = Path(re.search("^server.directories.data=(.*)$", conf, re.M)[1])
    facts = Path(sys.argv[0]).parent / ("restored-" + sys.argv[3])
    info(str(data / "databases" / sys.argv[3]), VERSION, *(facts.read_text().split() if facts.exists() else []))
options = dict(re.fullmatch(r"--([a-z-]+)=(.*)", each).groups() for each in sys.argv[4:])
wanted = {{"from-path", "additional-config"}} | ({{"temp-path"}} if TEMP else set())
given = set(options) - {{"restore-until"}}
if sys.argv[1:3] != ["database", "restore"] or sys.argv[3].startswith("-") or given != wanted:
    fail("Unknown option: " + " ".join(sys.argv[1:]), 64)
if TEMP and any(Path(options["temp-path"]).iterdir()):
    fail("The temporary path is not empty")
data = Path(re.search("^server.directories.data=(.*)$", Path(options["additional-config"]).read_text(), re.M)[1])
source, name = Path(options["from-path"]), sys.argv[3]
beside = [artifact(path) for path in source.parent.glob("*.backup")]
chain = [artifact(source)]
while not chain[0]["full"]:
    before = [each for each in beside if precedes(each, chain[0])]
    if not before:
        fail("No chain for " + str(source))
    chain.insert(0, before[0])
if len(chain) != len(beside):
    fail("Of " + str(len(beside)) + " artifacts here the chain has " + str(len(chain)))
until, last = options.get("restore-until", ""), max(each["highest"] for each in chain)
if until.isdigit():
    if not chain[0]["highest"] < int(until) <= last:
        fail("The chain does not have the transaction " + until)
    last = int(until) - 1
elif until:
    from datetime import datetime, timezone
    moment = datetime.strptime(until, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc).timestamp()
    if len(chain) == 1 or not chain[0]["time"] <= moment <= chain[-1]["time"]:
        fail("The chain does not have the time " + until)
target, logs = data / "databases" / name, data / "transactions" / name
if target.exists():
    fail("Database already exists: " + name)
target.mkdir(parents=True)
logs.mkdir(parents=True)
for each in chain:
    tarfile.open(fileobj=io.BytesIO(each["tar"])).extractall(target)
for path in target.glob("neostore.transaction.db.*"):
    path.rename(logs / path.name)
if (target / "metadata").exists():
    (data / "scripts" / name).mkdir(parents=True)
    (target / "metadata").rename(data / "scripts" / name / "restore_metadata.cypher")
facts = str(last) + " " + chain[0]["format"]
(Path(sys.argv[0]).parent / ("restored-" + name)).write_text(facts)
"""


def install_enterprise_5(home: Path, version: str = "5.26.30") -> Path:
    """Write a stand-in for the closed `database restore` of Enterprise 5, with a jar that tells the edition.

    It takes artifacts of the layout `BTV1`, whose chain has to be in one folder, with nothing else in it. From 2026.02
    on the first differential artifact may overlap its full one. A point to end at has to be in the chain. A file
    `metadata` in an artifact becomes the metadata script, which the real command makes of the artifact's header.
    """
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    temp, overlaps = numbers >= (5, 24), numbers >= (2026, 2)
    (home / "lib").mkdir(parents=True)
    (home / "lib" / f"neo4j-enterprise-kernel-{version}.jar").touch()
    _write(home, _PROGRAM_5, version, temp=temp, overlaps=overlaps)
    return home


_PROGRAM_LOADING = """\
import re, sys, os, time

VERSION, MIGRATED, PAUSE = {version!r}, {migrated!r}, {pause!r}
OLD = int(VERSION.partition(".")[0]) < 5
{info}
def fail(text):
    print(text, file=sys.stderr)
    sys.exit(1)

if sys.argv[1:3] == ["store-info", "--structured"] and OLD:
    info(sys.argv[3], VERSION)
def data_folder():
    conf = open(os.environ["NEO4J_CONF"] + "/neo4j.conf").read()
    return re.search("^.*directories.data=(.*)$", conf, re.M)[1]

def staged(database):
    return data_folder() + "/databases/" + database

if sys.argv[1:3] == ["database", "info"] and sys.argv[4:] == ["--format=json"] and not OLD:
    info(staged(sys.argv[3]), VERSION)
if sys.argv[1:3] == ["database", "migrate"] and not OLD:
    if not re.fullmatch(r"--pagecache=\\d+m", sys.argv[4]):
        fail("its memory has no bound")
    store = staged(sys.argv[3])
    if sys.argv[5:] != ["--force-btree-indexes-to-range"] * os.path.isdir(store + "/schema/index/native-btree-1.0"):
        fail("Migration will remove all BTREE indexes and constraints backed by BTREE indexes.")
    given = os.path.dirname(os.path.dirname(sys.argv[0])) + "/migrate"
    if os.path.exists(given):
        fail(open(given).read())
    os.mkdir(store + "/upgrade")
    time.sleep(PAUSE)
    os.rmdir(store + "/upgrade")
    open(store + "/neostore", "wb").write(MIGRATED.ljust(8192, bytes(1)))
    sys.exit(0)
name = sys.argv[-1].removeprefix("--database=") if OLD else sys.argv[3]
words = ["load", "--from=-", "--database=" + name] if OLD else ["database", "load", name, "--from-stdin"]
if sys.argv[1:] != words:
    fail("usage: " + " ".join(sys.argv[1:]))
# Only now: to find the installed packages takes longer than all else that a command does.
import io, site, tarfile
from pathlib import Path
site.main()
from neo4j_restore.streams.decoders import start_of
data = Path(data_folder())
plain = start_of(sys.stdin.buffer.read().removeprefix(b"DZV1"), 2**40)
if not plain.startswith(b"zstd"):
    fail("Not a valid Neo4j archive: reading from stdin")
target, logs = data / "databases" / name, data / "transactions" / name
logs.mkdir(parents=True)
tarfile.open(fileobj=io.BytesIO(plain[24:])).extractall(target)
for path in target.glob("neostore.transaction.db.*"):
    path.rename(logs / path.name)
if not OLD and version_of((target / "neostore").read_bytes()[:512]) == "AF4.3.0":
    print(f"The loaded database {{name!r}} is not on a supported version (current format: AF4.3.0, of 4.3.0).")
"""


def install_loading(home: Path, version: str, *, pause: float = 0) -> Path:
    """Write a neo4j-admin of 4.4 or later that loads a dump from its input.

    That of 5 migrates a store of 4.4, in `pause` seconds, and does so only as the manual says. A file `migrate` in its
    home is why it fails.
    """
    migrated = archives.neostore("aligned").rstrip(b"\0")
    _write(home, _PROGRAM_LOADING, version, migrated=migrated, pause=pause)
    return home
