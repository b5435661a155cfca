"""How the bytes of a set are verified: what is known beforehand, and what was found while they were read.

A way is `store:ALGORITHM` for a checksum that the store keeps, `sha256` for a file beside the object, `format:NAME` for
checksums inside a packed format, and `transport:ALGORITHM` for a checksum of a transfer. The last one does not count.
It shows that the bytes in the store have arrived, not that they are the bytes that were uploaded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.spec import BucketUrl, Scheme

SHA256: Final = "sha256"

HINT: Final = (
    "put a file with its checksum beside it (sha256sum NAME >NAME.sha256), or upload it again with a checksum. "
    "REQUIRE_CHECKSUM=false restores it without verification"
)


def of_store(checksum: Checksum) -> str:
    """Return the way of a checksum that the store keeps."""
    return f"store:{checksum.algorithm}"


@dataclass(frozen=True)
class Verdict:
    """How a set is verified.

    ways: of all its objects, sorted. unverified: the keys of objects that nothing verifies.
    doubt: the guessed checksum that one of these does not match, or empty.
    is_known: False where the store sends checksums only with the bytes.
    """

    ways: tuple[str, ...]
    unverified: tuple[str, ...]
    doubt: str = ""
    is_known: bool = True

    def warning(self, bucket: BucketUrl) -> str:
        """Return a warning that an object is not verified, empty where all are."""
        if not self.unverified or not self.is_known:
            return ""
        more = f" (and {len(self.unverified) - 1} more)" if len(self.unverified) > 1 else ""
        why = "the store has no checksum of it, there is no .sha256 file beside it, and its format has no checksum"
        if self.doubt:
            why = f"it does not match {self.doubt}, which may not be its checksum, and nothing else can verify it"
        return f"{bucket.of(self.unverified[0])}{more} is not verified: {why}"

    def refusal(self, bucket: BucketUrl) -> BackupDamagedError:
        """Return the error of REQUIRE_CHECKSUM for a set that is not verified."""
        return BackupDamagedError(f"{self.warning(bucket)}, and REQUIRE_CHECKSUM is true", hint=HINT)


def expected(chosen: BackupSet, scheme: Scheme) -> Verdict:
    """Return how a set will be verified, as far as its listing and its first bytes show. A guess counts as a way."""
    ways: dict[str, set[str]] = {stored.key: set() for stored in chosen.objects}
    for stored in chosen.objects:
        if stored.checksum:
            ways[stored.key].add(of_store(stored.checksum))
        if stored.key in chosen.checksums:
            ways[stored.key].add(SHA256)
        if stored.key in chosen.formats:
            ways[stored.key].add(f"format:{chosen.formats[stored.key]}")
    # A listing of S3 has no checksums, and the files of a directory are not asked for one by one.
    return _verdict(ways, {}, is_known=scheme is not Scheme.S3 or chosen.kind is not Kind.DIRECTORY)


@dataclass
class Evidence:
    """How objects were verified while they were read, by their keys.

    Threads may share it without a lock: single operations on dicts and sets are atomic.
    """

    _ways: dict[str, set[str]] = field(default_factory=dict)
    _doubts: dict[str, str] = field(default_factory=dict)

    def verified(self, key: str, way: str) -> None:
        """Record that the object's bytes were right."""
        self._ways.setdefault(key, set()).add(way)

    def doubts(self, chosen: BackupSet) -> list[str]:
        """Return the guessed checksums that the bytes of a set's objects do not match, in words."""
        return [self._doubts[stored.key] for stored in chosen.objects if stored.key in self._doubts]

    def doubted(self, key: str, checksum: Checksum) -> None:
        """Record that the object's bytes do not match a guessed checksum."""
        self._doubts[key] = f"{'the ETag' if checksum.algorithm == 'md5' else 'the checksum'} {checksum}"

    def verdict(self, chosen: BackupSet) -> Verdict:
        """Return how a set was verified, once all its objects were read."""
        return _verdict({stored.key: self._ways.get(stored.key, set()) for stored in chosen.objects}, self._doubts)


def _verdict(ways: Mapping[str, Iterable[str]], doubts: Mapping[str, str], *, is_known: bool = True) -> Verdict:
    unverified = tuple(
        key for key, ways_of_key in ways.items() if all(each.startswith("transport:") for each in ways_of_key)
    )
    doubt = next((doubts[key] for key in unverified if key in doubts), "")
    # The object with a doubt comes first, because the message names the first one.
    in_order = tuple(sorted(unverified, key=lambda key: key not in doubts))
    return Verdict(
        tuple(sorted({each for ways_of_key in ways.values() for each in ways_of_key})), in_order, doubt, is_known
    )
