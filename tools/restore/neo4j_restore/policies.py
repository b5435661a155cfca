"""The words of the policies that the operator chooses. Standard library only."""

from enum import StrEnum
from typing import Final


class Overwrite(StrEnum):
    """What may happen to a database that is already on the volume."""

    NEVER = "never"
    ONCE = "once"
    ALWAYS = "always"


FORCE_OVERWRITE: Final = {"false": Overwrite.NEVER, "once": Overwrite.ONCE, "true": Overwrite.ALWAYS}


class OnMissing(StrEnum):
    """What to do if a database is neither on the volume nor in the bucket."""

    FAIL = "fail"
    START_EMPTY = "start-empty"


class OnStaleLatest(StrEnum):
    """What to do if the `latest` object is older than the newest stamped set."""

    FAIL = "fail"
    LATEST = "latest"
    NEWEST = "newest"


class OnLivingCluster(StrEnum):
    """What a member without data does if the other members of its cluster are running, and have data."""

    CATCH_UP = "catch-up"
    RESTORE = "restore"
    FAIL = "fail"


class OnForeignVolume(StrEnum):
    """What to do with a volume whose receipt names another volume."""

    KEEP = "keep"
    FAIL = "fail"


class Migrate(StrEnum):
    """What to do with a store of an older Neo4j that this one does not open as it is."""

    NEVER = "false"
    IN_STAGING = "true"
    BY_SERVER = "by-server"


class Addressing(StrEnum):
    """Where an S3 request has the bucket's name: in the URL's path, or in its host name."""

    PATH = "path"
    VIRTUAL = "virtual"


class SpaceMode(StrEnum):
    """Whether the old data stays until the new data is complete."""

    KEEP = "keep"
    RECLAIM = "reclaim"
