"""Values of this project's chart -> inputs."""

import re
from collections.abc import Mapping
from typing import Final

from neo4j_scenarios.importing.bucket import give_bucket
from neo4j_scenarios.importing.found import INPUTS, Found
from neo4j_scenarios.importing.ldap import read_ldap, read_password
from neo4j_scenarios.importing.parts import read_licence, read_service_account

# Keys of the block `restore` whose input has another name; of the others it is the same with `-`.
_RENAMED: Final = {"secretName": "secret"}


def read_own(found: Found) -> None:
    """Take what the values say."""
    restore = found.values.get("restore")
    for name in restore if isinstance(restore, Mapping) else ():
        key = _RENAMED.get(name) or re.sub(r"(?=[A-Z])", "-", name).lower()
        if key in INPUTS and key != "bucket":
            found.take(key, "restore", name)
    give_bucket(found, ("restore", "bucket"), ("restore", "cloudProvider"))
    for part in ("repository", "tag", "digest"):
        found.take("restore-image" if part == "repository" else f"restore-{part}", "restore", "image", part)
    found.take("neo4j-image", "image", "repository")
    found.take("neo4j-tag", "image", "tag")
    found.take("storage-size", "data", "size")
    found.take("storage-class", "data", "storageClass")
    read_licence(found, "acceptLicenseAgreement")
    read_service_account(found)
    read_ldap(found)
    read_password(found)
    if found.values.get("restore", "enabled") is True:
        found.skip("restore", "enabled")
    if found.values.get("restore", "secretName") is None:
        found.inputs["secret"] = "restore-service-key"  # noqa: S105 - the chart's default, the name of a Secret
