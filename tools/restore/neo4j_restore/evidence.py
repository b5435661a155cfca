"""How the bytes of a set are verified: what can be known beforehand, and what was found while they were read.

A way is `store:ALGORITHM` for a checksum that the store tells, `sha256` for a file beside the object, `format:NAME` for
the checksums that a packed format has in it, and `transport:ALGORITHM` for a checksum of a transfer. The last one does
not count: it says that what is in the store has come, and not that it is what was uploaded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.kinds import Kind
from neo4j_restore.sets import BackupSet
from neo4j_restore.spec import BucketUrl, Scheme

SHA256: Final = "sha256"

HINT: Final = (
    "put a file with its checksum beside it (sha256sum NAME >NAME.sha256), or upload it again with a checksum; "
    "REQUIRE_CHECKSUM=false restores it unverified"
)


def of_store(checksum: Checksum) -> str:
    """Return the way of a checksum that the store tells."""
    return f"store:{checksum.algorithm}"


@dataclass(frozen=True)
class Verdict:
    """How a set is verified.

    ways: of all its objects, sorted. unverified: the keys of objects that nothing verifies. doubt: of one of these,
    the guess that it does not give, or empty. known: False where the store tells checksums only with the bytes.
    """

    ways: tuple[str, ...]
    unverified: tuple[str, ...]
    doubt: str = ""
    known: bool = True

    def warning(self, bucket: BucketUrl) -> str:
        """Return in words that something is not verified; empty where all is."""
        if not self.unverified or not self.known:
            return ""
        more = f" (and {len(self.unverified) - 1} more)" if len(self.unverified) > 1 else ""
        why = "the store tells no checksum, there is no .sha256 file beside it, and its format has none"
        if self.doubt:
            why = f"it does not give {self.doubt}, which may be no checksum of it, and nothing else can verify it"
        return f"{bucket.of(self.unverified[0])}{more} is not verified: {why}"

    def refusal(self, bucket: BucketUrl) -> BackupDamagedError:
        """Return the error of REQUIRE_CHECKSUM for a set that is not verified."""
        return BackupDamagedError(f"{self.warning(bucket)}, and REQUIRE_CHECKSUM is true", hint=HINT)


def expected(chosen: BackupSet, scheme: Scheme) -> Verdict:
    """Return how a set will be verified, as far as its listing and its first bytes tell. A guess counts as a way."""
    ways: dict[str, set[str]] = {stored.key: set() for stored in chosen.objects}
    for stored in chosen.objects:
        if stored.checksum:
            ways[stored.key].add(of_store(stored.checksum))
        if stored.key in chosen.checksums:
            ways[stored.key].add(SHA256)
        if stored.key in chosen.formats:
            ways[stored.key].add(f"format:{chosen.formats[stored.key]}")
    # S3 tells no checksum in a listing, and the files of a directory are not looked at one by one.
    return _verdict(ways, {}, known=scheme is not Scheme.S3 or chosen.kind is not Kind.DIRECTORY)


@dataclass
class Evidence:
    """What was found while objects were read, by their keys. Threads may share it."""

    _ways: dict[str, set[str]] = field(default_factory=dict)
    _doubts: dict[str, str] = field(default_factory=dict)

    def verified(self, key: str, way: str) -> None:
        """Take that the object's bytes were found right."""
        self._ways.setdefault(key, set()).add(way)

    def doubts(self, chosen: BackupSet) -> list[str]:
        """Return the guesses that the bytes of a set's objects don't give, in words."""
        return [self._doubts[stored.key] for stored in chosen.objects if stored.key in self._doubts]

    def doubted(self, key: str, checksum: Checksum) -> None:
        """Take that the object's bytes don't give a guessed checksum."""
        self._doubts[key] = f"{'the ETag' if checksum.algorithm == 'md5' else 'the checksum'} {checksum}"

    def verdict(self, chosen: BackupSet) -> Verdict:
        """Return how a set was verified whose objects were all read."""
        return _verdict({stored.key: self._ways.get(stored.key, set()) for stored in chosen.objects}, self._doubts)


def _verdict(ways: Mapping[str, Iterable[str]], doubts: Mapping[str, str], *, known: bool = True) -> Verdict:
    unverified = tuple(key for key, own in ways.items() if all(each.startswith("transport:") for each in own))
    doubt = next((doubts[key] for key in unverified if key in doubts), "")
    # The object that a doubt is about is the one to name.
    in_order = tuple(sorted(unverified, key=lambda key: key not in doubts))
    return Verdict(tuple(sorted({each for own in ways.values() for each in own})), in_order, doubt, known)
