"""What a swap needs is asked before the download: told by path, owner, uid and command, and nothing is changed."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.real.unprivileged import UID, give, unprivileged
from tests.support import archives
from tests.support.says import says
from tests.support.servers import unix_socket
from tests.support.skips import NEEDS_IMMUTABLE_FILES, root_only

HOME = ".neo4j-restore"


@pytest.fixture
def bucket_url(tmp_path: Path) -> str:
    """Write a set into a folder, and return its URL."""
    archives.write_files(tmp_path / "bucket", {"neo4j-latest.tar.gz": archives.tar_gz()})
    return f"file://{tmp_path / 'bucket'}"


@pytest.fixture
def volume(data: Path) -> Path:
    """Put a database on the volume, and all of it into the hands of the unprivileged user."""
    archives.write_database(data, "live")
    archives.write_files(data / HOME / "previous/databases/neo4j", {"neostore": b"previous"})
    return give(data)


def to_root(path: Path, mode: int = 0o755) -> None:
    os.chown(path, 0, 0)
    path.chmod(mode)


OWNED = ["databases", "databases/neo4j", "transactions/neo4j", HOME]


@root_only
@pytest.mark.parametrize("name", OWNED)
def test_what_another_user_owns_is_told_before_the_download(
    name: str, volume: Path, bucket_url: str, neo4j_restore: Run
) -> None:
    to_root(volume / name)
    before, under = archives.snapshot(volume), unprivileged([], volume.parent)
    done = neo4j_restore("run", under=under, BUCKET=bucket_url, FORCE_OVERWRITE="true")
    says(done, 14, f"uid {UID}", str(volume / name))
    assert archives.snapshot(volume) == before
    assert not (volume / HOME / "staging").exists()
    says(neo4j_restore("run", under=under, FORCE_OVERWRITE="false"), 0)
    give(volume)
    says(neo4j_restore("run", under=under, BUCKET=bucket_url, FORCE_OVERWRITE="true"), 0)


@root_only
def test_a_sticky_folder_of_another_user_is_told(volume: Path, bucket_url: str, neo4j_restore: Run) -> None:
    for path in [volume / "databases", volume / "databases/neo4j"]:
        to_root(path, 0o1777)
    before, under = archives.snapshot(volume), unprivileged([], volume.parent)
    done = neo4j_restore("run", under=under, BUCKET=bucket_url, FORCE_OVERWRITE="true")
    says(done, 14, f"chmod -t {volume}/databases")
    assert archives.snapshot(volume) == before
    (volume / "databases").chmod(0o777)
    says(neo4j_restore("run", under=under, BUCKET=bucket_url, FORCE_OVERWRITE="true"), 0)


@root_only
@pytest.mark.parametrize("command", ["plan", "run", "rollback"])
def test_plan_run_and_rollback_ask_the_same(command: str, volume: Path, bucket_url: str, neo4j_restore: Run) -> None:
    to_root(volume / "databases/neo4j")
    before = archives.snapshot_all(volume)
    under = unprivileged([], volume.parent)
    done = neo4j_restore(command, under=under, BUCKET=bucket_url, FORCE_OVERWRITE="true")
    says(
        done,
        14,
        f"uid {UID} may not change {volume}/databases/neo4j (owner 0:0, mode 0755)",
        f"chown -R {UID}:{UID} {volume}/databases/neo4j",
    )
    after = archives.snapshot_all(volume)
    assert {name: after[name] for name in after if name != f"{HOME}/lock"} == before


@pytest.mark.parametrize("part", ["databases/neo4j", "transactions/neo4j"])
def test_a_database_that_is_a_link_is_told(part: str, data: Path, bucket_url: str, neo4j_restore: Run) -> None:
    archives.write_database(data, "live")
    (data / "elsewhere").mkdir()
    (data / part).rename(data / "elsewhere/neo4j")
    (data / part).symlink_to(data / "elsewhere/neo4j")
    before = archives.snapshot(data)
    done = neo4j_restore("run", BUCKET=bucket_url, FORCE_OVERWRITE="true")
    says(done, 12, f"{part} is a symbolic link")
    assert archives.snapshot(data) == before
    says(neo4j_restore("run"), 0)


@root_only
def test_a_group_that_may_write_is_enough(volume: Path, bucket_url: str, neo4j_restore: Run) -> None:
    for path in [volume, *volume.rglob("*")]:
        os.chown(path, 0, UID)
        path.chmod(0o2775 if path.is_dir() else 0o664)
    done = neo4j_restore("run", under=unprivileged([], volume.parent), BUCKET=bucket_url, FORCE_OVERWRITE="true")
    says(done, 0)


@root_only
@pytest.mark.parametrize("inside", ["databases/neo4j", "transactions/neo4j", "databases/neo4j/schema"])
def test_a_mount_at_a_database_is_told(inside: str, volume: Path, bucket_url: str, neo4j_restore: Run) -> None:
    before = archives.snapshot(volume)
    script = f'mount --bind "{volume}/{inside}" "{volume}/{inside}" && exec "$@"'
    under = ["unshare", "--mount", "sh", "-c", script, "sh"]
    done = neo4j_restore("run", under=under, BUCKET=bucket_url, FORCE_OVERWRITE="true")
    says(done, 12, "mount point", "subPath")
    assert archives.snapshot(volume) == before
    says(neo4j_restore("run", under=under, FORCE_OVERWRITE="false"), 0)


@root_only
@pytest.mark.parametrize("folder", ["databases", "databases/neo4j", HOME])
def test_an_immutable_folder_is_told(folder: str, volume: Path, bucket_url: str, neo4j_restore: Run) -> None:
    if shutil.which("chattr") is None or os.system(f"chattr +i '{volume / folder}' 2>/dev/null"):  # noqa: S605
        pytest.skip(NEEDS_IMMUTABLE_FILES)
    try:
        done = neo4j_restore("run", BUCKET=bucket_url, FORCE_OVERWRITE="true")
        says(neo4j_restore("run", FORCE_OVERWRITE="false"), 0)
    finally:
        os.system(f"chattr -i '{volume / folder}'")  # noqa: S605
    says(done, 14)
    assert folder == HOME or f"chattr -i {volume / folder}" in done.stderr
    assert (volume / "databases/neo4j/neostore").read_bytes().startswith(b"live")


KINDS: dict[str, Callable[[Path], None]] = {
    "a file": Path.touch,
    "a folder": Path.mkdir,
    "a symbolic link": lambda path: path.symlink_to(path.parents[2]),
    "a FIFO": os.mkfifo,
    "a socket": unix_socket,
}
FOLDERS = ["staging", "outgoing", "previous", "kept"]
FILES = ["receipt.json", "receipt.json.new", "journal.json", "journal.json.new", "lock"]
WRONG = [(name, kind) for name in FOLDERS for kind in KINDS if kind != "a folder"]
WRONG += [(name, kind) for name in FILES for kind in KINDS if kind != "a file"]


@pytest.mark.parametrize(("name", "kind"), WRONG)
def test_what_is_not_ours_in_our_folder_stops_a_restore_and_no_healthy_start(
    name: str, kind: str, data: Path, bucket_url: str, neo4j_restore: Run
) -> None:
    archives.write_database(data, "live")
    path = data / HOME / name
    path.parent.mkdir()
    KINDS[kind](path)
    before = archives.snapshot(data)
    done = neo4j_restore("run", BUCKET=bucket_url, FORCE_OVERWRITE="true", KEEP_PREVIOUS="true")
    leftover = name.endswith(".new") and kind != "a folder"
    if leftover:
        says(done, 0)
        return
    says(done, 14 if name == "lock" else 12, str(path))
    assert archives.snapshot(data) == before
    # Of a journal that can't be read nobody knows how far a restore had come.
    healthy = neo4j_restore("run", FORCE_OVERWRITE="false")
    says(healthy, 12 if name == "journal.json" else 0)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "a folder"] + ["a loop of links"])
def test_what_is_in_the_place_of_our_folder_stops_a_restore_and_no_healthy_start(
    kind: str, data: Path, bucket_url: str, neo4j_restore: Run
) -> None:
    archives.write_database(data, "live")
    make = KINDS | {"a symbolic link": lambda path: path.symlink_to("/dev/null")}
    make |= {"a loop of links": lambda path: path.symlink_to(path.name)}
    make[kind](data / HOME)
    done = neo4j_restore("run", BUCKET=bucket_url, FORCE_OVERWRITE="true")
    assert (done.returncode in {12, 14}, str(data / HOME) in done.stderr) == (True, True), done.stderr
    assert (data / "databases/neo4j/neostore").read_bytes().startswith(b"live")
    healthy = neo4j_restore("run", FORCE_OVERWRITE="false")
    says(healthy, 0)


@root_only
def test_a_restore_as_root_is_followed_by_one_as_neo4j(data: Path, bucket_url: str, neo4j_restore: Run) -> None:
    archives.write_database(data, "live")
    give(data)
    settings = {"BUCKET": bucket_url, "FORCE_OVERWRITE": "true", "KEEP_PREVIOUS": "true"}
    for under in ([], unprivileged([], data.parent), [], unprivileged([], data.parent)):
        done = neo4j_restore("run", under=under, **settings)
        says(done, 0, unsaid="warning")
        assert {path.lstat().st_uid for path in data.rglob("*")} == {UID}
    assert len((data / HOME / "history.jsonl").read_text().splitlines()) == 4
    says(neo4j_restore("rollback", under=unprivileged([], data.parent)), 0)


@root_only
def test_files_that_an_earlier_version_left_as_root_stop_nothing(
    volume: Path, bucket_url: str, neo4j_restore: Run
) -> None:
    home = volume / HOME
    archives.write_files(home, {"history.jsonl": b'{"restore_id": "a"}\n', "lock": b"", "kept/neo4j/files/f": b""})
    archives.write_files(home, {"receipt.json": b'{"format": 1, "last": {}, "wishes": {}}', "staging/data/x": b""})
    for path in home.rglob("*"):
        to_root(path, 0o755 if path.is_dir() else 0o644)
    under = unprivileged([], volume.parent)
    done = neo4j_restore("run", under=under, BUCKET=bucket_url, FORCE_OVERWRITE="true", KEEP_PREVIOUS="true")
    says(done, 0)
    assert (home / "history.jsonl").read_text().startswith('{"restore_id": "a"}\n{')
    assert "discarded-1 can't be removed" in done.stderr
    again = neo4j_restore("run", under=under)
    says(again, 0)
    says(neo4j_restore("run"), 0)
    assert {path.name for path in home.iterdir()} == {"lock", "receipt.json", "history.jsonl", "previous"}
