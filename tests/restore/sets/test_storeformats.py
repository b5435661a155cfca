"""Which version of Neo4j opens, migrates or refuses a store, by the name of its format."""

import pytest

from neo4j_restore.admin.admin_commands import Version
from neo4j_restore.sets import storeformats
from neo4j_restore.sets.storeformats import Fit

FITS = {
    # Seen with these versions.
    ("v0.A.8", Version(3, 3, 5)): Fit.OPENS,
    ("v0.A.8", Version(4, 4, 48)): Fit.TOO_OLD,
    ("v0.A.8", Version(5, 26, 30)): Fit.TOO_OLD,
    ("AF4.3.0", Version(4, 4, 48)): Fit.OPENS,
    ("AF4.3.0", Version(5, 26, 30)): Fit.BY_ADMIN,
    ("record-aligned-0.1", Version(5, 26, 30)): Fit.BY_ADMIN,
    ("record-aligned-0.1", Version(2026, 8, 1)): Fit.BY_ADMIN,
    ("record-aligned-1.1", Version(5, 26, 30)): Fit.OPENS,
    ("record-aligned-1.1", Version(2026, 8, 1)): Fit.OPENS,
    ("record-aligned-1.1", Version(4, 4, 48)): Fit.NEWER,
    # By the sources of these versions.
    ("v0.A.8", Version(3, 5, 35)): Fit.BY_SERVER,
    ("v0.A.9", Version(3, 5, 35)): Fit.OPENS,
    ("v0.A.9", Version(3, 3, 5)): Fit.NEWER,
    ("v0.A.9", Version(4, 0, 12)): Fit.BY_SERVER,
    ("vE.H.4", Version(4, 4, 48)): Fit.BY_SERVER,
    ("vE.H.3", Version(3, 5, 35)): Fit.BY_SERVER,
    ("SF4.0.0", Version(4, 4, 48)): Fit.OPENS,
    ("AF4.1.a", Version(4, 4, 48)): Fit.OPENS,
    ("AF4.3.0", Version(4, 2, 19)): Fit.NEWER,
    ("HL4.0.0", Version(5, 26, 30)): Fit.TOO_OLD,
    ("HL4.3.0", Version(5, 0, 0)): Fit.BY_ADMIN,
    ("block", Version(5, 26, 30)): Fit.OPENS,
    ("block-block-1.1", Version(5, 12, 0)): Fit.NEWER,
    ("record-high_limit-1.1", Version(2025, 1, 0)): Fit.OPENS,
    # Nothing is known of these.
    ("record-aligned-2.1", Version(2026, 8, 1)): Fit.UNKNOWN,
    ("record-spiral-1.1", Version(5, 26, 30)): Fit.UNKNOWN,
    ("F4.0.0", Version(4, 4, 48)): Fit.UNKNOWN,
    ("", Version(5, 26, 30)): Fit.UNKNOWN,
}


@pytest.mark.parametrize(("store", "fit"), FITS.items(), ids=lambda each: str(each))
def test_a_store_fits_a_version_by_its_format(store: tuple[str, Version], fit: Fit) -> None:
    assert storeformats.fit(*store) is fit


SAME = {
    "a version of 5": ("record-aligned-1.1", "record-aligned-1.2", True),
    "after the migration": ("AF4.3.0", "record-aligned-1.1", True),
    "as 5 calls it": ("SF4.3.0", "record-standard-0.1", True),
    "block": ("block", "block-block-1.1", False),
    "another family": ("AF4.3.0", "record-standard-1.1", False),
    "another version of 4": ("AF4.3.0", "AF4.1.a", False),
    "another family of 5": ("record-aligned-1.1", "record-high_limit-1.1", False),
}


@pytest.mark.parametrize(("one", "other", "same"), SAME.values(), ids=SAME)
def test_formats_are_compared_by_their_family(one: str, other: str, same: bool) -> None:
    assert storeformats.is_same(one, other) is same
    assert storeformats.is_same(other, one) is same


def test_the_setting_of_the_server_has_the_name_of_its_version() -> None:
    assert storeformats.upgrade_setting(Version(3, 1)) == "dbms.allow_format_migration"
    assert storeformats.upgrade_setting(Version(3, 3, 5)) == "dbms.allow_upgrade"
    assert storeformats.upgrade_setting(Version(4, 4, 48)) == "dbms.allow_upgrade"
