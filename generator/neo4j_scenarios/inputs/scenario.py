"""A scenario: the deployment that a values file describes, with all defaults applied. And the inputs that give it."""

import re
import shlex
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from neo4j_restore import spec
from neo4j_restore.spec import Addressing, Migrate, OnMissing, OnStaleLatest, Overwrite, Scheme, SpaceMode
from neo4j_scenarios.inputs.fields import FIELDS, Field, access, request
from neo4j_scenarios.inputs.reference import Reference
from neo4j_scenarios.targets import Edition, Kind, Target

# The attributes that have another name than their input.
_ATTRIBUTES: Final = {"scenario": "kind", "database": "namings", "force-overwrite": "overwrite"}


# A tuple and not a dataclass: a fleet has one for each cluster, and a tuple takes a fifth of the memory and the time.
class Scenario(NamedTuple):
    """One deployment. An empty text means that the input is not set and has no default.

    namings: the databases, each with the name of the database whose set it gets.
    timestamp: `latest`, a stamp, or a time in UTC as RFC 3339.
    not_after: a time in UTC as RFC 3339.
    secret: name of the Secret with the bucket's key. Empty with a workload identity, and for a folder.
    servers, read_replicas: of a cluster. For a single instance they have their defaults, and mean nothing.
    data_volume: as `datavolume.parse` takes it. Empty for a new volume.
    init_containers_before and the like: a list as one line of JSON, which `structure.items` reads.
    """

    kind: Kind
    target: Target
    bucket: spec.BucketUrl
    namings: tuple[spec.Naming, ...]
    timestamp: str
    restore_until: str
    backup_set_dir: str
    overwrite: Overwrite
    restore_id: str
    accept_data_loss: bool
    keep_previous: bool
    not_after: str
    on_missing: OnMissing
    on_stale_latest: OnStaleLatest
    ignore_objects: tuple[str, ...]
    require_checksum: bool
    consistency_check: bool
    auth_files: bool
    migrate: Migrate
    space_mode: SpaceMode
    purge_on_complete: bool
    secret: str
    secret_key: str
    password_secret: str
    workload_identity: str
    service_account: str
    backup_claim: str
    endpoint_url: str
    bucket_region: str
    addressing_style: Addressing
    ca_bundle: Reference | None
    requester_pays: str
    encryption_key: Reference | None
    age_identity: Reference | None
    connections: int
    deadline_seconds: int
    start_jitter_seconds: int
    servers: int
    read_replicas: int
    unpinned: bool
    accept_first_bootstrap: bool
    offline_maintenance: bool
    ldap_url: str
    ldap_user: str
    ldap_search_base: str
    ldap_groups: str
    ldap_account: str
    ldap_secret: str
    release: str
    neo4j_name: str
    chart_version: str
    edition: Edition
    accept_license: str
    neo4j_image: str
    neo4j_tag: str
    restore_image: str
    restore_tag: str
    restore_digest: str
    storage_size: str
    storage_class: str
    data_volume: str
    data_sub_path: str
    heap_size: str
    restore_memory: str
    restore_cpu: str
    log_format: str
    finalize: bool
    drill: bool
    drill_assertions: str
    drill_results_secret: str
    drill_cluster: str
    image_pull_secrets: tuple[str, ...]
    init_containers_before: str
    init_containers_after: str
    extra_containers: str
    extra_volumes: str
    restore_mounts: str
    neo4j_mounts: str
    emulator_host: str

    @property
    def databases(self) -> tuple[spec.DatabaseName, ...]:
        """The databases by their names on the volume."""
        return tuple(each.target for each in self.namings)

    @property
    def sources(self) -> tuple[spec.DatabaseName, ...]:
        """The databases by their names in the bucket."""
        return tuple(each.source for each in self.namings)

    @property
    def renames(self) -> tuple[spec.Naming, ...]:
        """The databases that get another name than they have in their sets."""
        return tuple(each for each in self.namings if each.is_rename)

    @property
    def force_overwrite(self) -> str:
        """The policy in the words of FORCE_OVERWRITE."""
        return request.FORCE_OVERWRITE.text(self.overwrite)

    @property
    def cluster(self) -> bool:
        """Whether there are several servers. Each restores by itself."""
        return self.kind.cluster

    @property
    def major(self) -> int | None:
        """The major version of Neo4j, or None if the image's tag does not show it."""
        found = re.match(r"[0-9]+(?=\.)", self.neo4j_tag)
        return int(found[0]) if found else None

    @property
    def line(self) -> tuple[int, int] | None:
        """The first two numbers of Neo4j's version, or None if the image's tag does not show them."""
        found = re.match(r"([0-9]+)\.([0-9]+)(?![0-9])", self.neo4j_tag)
        return (int(found[1]), int(found[2])) if found else None


@cache
def attribute(field: Field[Any]) -> str:
    """Return the name of the Scenario's attribute for an input."""
    return _ATTRIBUTES.get(field.key, field.key.replace("-", "_"))


@cache
def default(field: Field[Any]) -> Any:
    """Return the value of an input that is not set. The input must not be a required one."""
    return field.parse(field.default)


def release_names(scenario: Scenario) -> list[str]:
    """Return the names of the Helm releases: one, or one per server for a cluster of some charts."""
    if scenario.cluster and scenario.target.release_per_server:
        return [f"{scenario.release}-{number}" for number in range(1, scenario.servers + 1)]
    return [scenario.release]


def derived(values: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the defaults that depend on other inputs, by attribute. values: the other inputs, by attribute."""
    scheme, identity = values["bucket"].scheme, values["workload_identity"]
    target, is_cluster = values["target"], values["kind"].cluster
    return {
        "secret": "" if identity or scheme is Scheme.FILE else access.DEFAULT_SECRET,
        "secret_key": access.SECRET_KEYS.get(scheme, ""),
        # If each release of a cluster created the password's Secret, the second would fail.
        "password_secret": f"{values['release']}-password" if target.release_per_server and is_cluster else "",
        "service_account": access.DEFAULT_ACCOUNT if identity and not target.makes_account else "",
        "neo4j_name": values["release"] if target.names_neo4j else "",
        "data_sub_path": target.data_sub_path,
        "neo4j_tag": target.tag(values["edition"]),
    }


def inputs(scenario: Scenario) -> dict[str, str]:
    """Return the fewest inputs that give `scenario`, in the order of `FIELDS`: `parse(inputs(s)) == s`."""
    defaults = derived(scenario._asdict())
    texts = {field: field.text(getattr(scenario, attribute(field))) for field in FIELDS}
    return {field.key: text for field, text in texts.items() if text != defaults.get(attribute(field), field.default)}


_SWITCHES: Final = {field.key for field in FIELDS if field.switch}


def command(scenario: Scenario) -> str:
    """Return the shell command, on one line, that writes the values file of `scenario` again."""
    flags = inputs(scenario)
    words = ["neo4j-scenarios", "new", flags.pop("scenario")]
    for key, text in flags.items():
        words += [f"--{key}"] if key in _SWITCHES else [f"--{key}", text]
    return shlex.join(words)
