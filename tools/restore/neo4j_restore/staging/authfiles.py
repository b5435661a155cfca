"""Stages the auth files of Neo4j 3.x: out of the unpacked set, or out of the bucket. Their content is never logged."""

from collections.abc import Mapping
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path

from neo4j_restore import trees
from neo4j_restore.errors import StreamDamagedError
from neo4j_restore.inspection import authfiles
from neo4j_restore.planning.authfiles import AuthFiles as Planned
from neo4j_restore.sets.authfiles import FOLDERS, NAMES, WITH_USERS, above
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.settings import Policy
from neo4j_restore.staging.loader import SetFiles
from neo4j_restore.staging.objects import Opener
from neo4j_restore.stores import StoredObject
from neo4j_restore.transfer import retry
from neo4j_restore.volume.paths import VolumePaths

log = getLogger(__name__)

# Neo4j itself writes them readable for everyone who can enter the folder. They hold hashes of passwords.
_MODE = 0o600


@dataclass(frozen=True)
class StagedAuthFiles:
    """The auth files that will go live. source: where they come from, for the receipt. names: of the files."""

    source: str
    names: tuple[str, ...]


def take(top: Path, folder: str, files: SetFiles) -> None:
    """Move the auth files of an unpacked set aside, before neo4j-admin takes the set.

    top: of the unpacked set. folder: of its store or dump, relative to it. The nearest folder with users counts.
    """
    start = f"{folder}/" if folder not in {"", "."} else ""
    for above_it in above(start, ""):
        for name in FOLDERS:
            source = top / above_it / name
            names = [each for each in NAMES if (source / each).is_file()]
            if WITH_USERS & {*names}:
                target = files.auth_files / name
                target.mkdir(parents=True)
                for each in names:
                    (source / each).rename(target / each)
                return


@dataclass(frozen=True)
class AuthFiles:
    """Stages the auth files that belong to a set."""

    policy: Policy
    paths: VolumePaths
    opener: Opener

    def stage(self, chosen: BackupSet, planned: Planned) -> StagedAuthFiles:
        """Stage the files, for their owner alone. Those in the set count first.

        Raises BackupNotFoundError if there are none, BackupDamagedError for a wrong form.
        """
        files, source = self._of_set(chosen)
        if not files:
            if planned.beside is None:
                raise planned.missing()
            files, source = self._of_bucket(planned.beside), self.opener.name(planned.beside)
        authfiles.check(files, source)
        self._write(files)
        log.info("auth files: staged %s from %s", ", ".join(files), source)
        return StagedAuthFiles(source, tuple(files))

    def _of_set(self, chosen: BackupSet) -> tuple[dict[str, bytes], str]:
        """Return the files that came with the set, and where they were. None if it had none."""
        top = SetFiles(self.paths.staging, chosen.target).auth_files
        files: dict[str, bytes] = {}
        source = self.opener.name(chosen)
        for path in sorted(trees.files(top), key=lambda path: NAMES.index(path.name)):
            source = f"{self.opener.name(chosen)}: {path.parent.name}/"
            authfiles.check_size(path.stat().st_size, f"{source}{path.name}")
            files[path.name] = path.read_bytes()
        return files, source

    def _of_bucket(self, beside: BackupSet) -> dict[str, bytes]:
        files = {stored.key.rpartition("/")[2]: self._afresh(beside, stored) for stored in beside.objects}
        verdict = self.opener.options.evidence.verdict(beside)
        if verdict.unverified:
            if self.policy.require_checksum:
                raise verdict.refusal(self.opener.bucket)
            log.warning("auth files: %s", verdict.warning(self.opener.bucket))
        return files

    def _afresh(self, beside: BackupSet, stored: StoredObject) -> bytes:
        """Return the bytes of a file. If they came damaged, read it once more."""
        try:
            return self._read(beside, stored)
        except StreamDamagedError as error:
            log.warning("auth files: %s. Trying once more", error)
            return self._read(beside, stored)

    def _read(self, beside: BackupSet, stored: StoredObject) -> bytes:
        data = bytearray()
        with self.opener.open(beside, stored) as stream:
            for block in retry.blocks(stream):
                data += block
                # An encrypted file may become larger than its object.
                authfiles.check_size(len(data), self.opener.bucket.of(stored.key))
        return bytes(data)

    def _write(self, files: Mapping[str, bytes]) -> None:
        folder = self.paths.staged_data / "dbms"
        trees.remove(folder)
        folder.mkdir(parents=True)
        for name, data in files.items():
            # Private before it has a byte.
            (folder / name).touch(_MODE, exist_ok=False)
            (folder / name).write_bytes(data)
