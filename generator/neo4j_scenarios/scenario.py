"""A scenario: what a values file is to bring about, all defaults applied; and the inputs that ask for it."""

import shlex
from dataclasses import dataclass
from typing import Final

from neo4j_restore import spec
from neo4j_restore.spec import OnMissing, Overwrite, SpaceMode
from neo4j_scenarios import fields
from neo4j_scenarios.fields import FIELDS
from neo4j_scenarios.targets import Edition, Kind, Target

_OVERWRITE_TEXT: Final = {policy: text for text, policy in spec.FORCE_OVERWRITE.items()}


@dataclass(frozen=True)
class Scenario:
    """One deployment. An empty text means that nothing was asked for and that none is the default.

    timestamp: `latest`, a stamp, or a time in UTC as RFC 3339.
    not_after: a time in UTC as RFC 3339.
    secret: name of the Secret with the service key; empty with a workload identity.
    """

    kind: Kind
    target: Target
    bucket: spec.BucketUrl
    databases: tuple[spec.DatabaseName, ...]
    timestamp: str
    backup_set_dir: str
    overwrite: Overwrite
    restore_id: str
    accept_data_loss: bool
    keep_previous: bool
    not_after: str
    on_missing: OnMissing
    space_mode: SpaceMode
    purge_on_complete: bool
    secret: str
    workload_identity: str
    service_account: str
    release: str
    edition: Edition
    accept_license: str
    neo4j_image: str
    neo4j_tag: str
    restore_image: str
    restore_tag: str
    restore_digest: str
    storage_size: str
    storage_class: str
    heap_size: str
    log_format: str
    emulator_host: str

    @property
    def force_overwrite(self) -> str:
        """The policy as FORCE_OVERWRITE says it."""
        return _OVERWRITE_TEXT[self.overwrite]


def inputs(scenario: Scenario) -> dict[str, str]:
    """Return the fewest inputs that give `scenario`, in the order of `fields`: `parse(inputs(s)) == s`."""
    texts = {
        "scenario": scenario.kind.name,
        "target": scenario.target.name,
        "bucket": str(scenario.bucket),
        "database": ",".join(scenario.databases),
        "accept-data-loss": str(scenario.accept_data_loss).lower(),
        "keep-previous": str(scenario.keep_previous).lower(),
        "purge-on-complete": str(scenario.purge_on_complete).lower(),
    }
    defaults = {
        "secret": "" if scenario.workload_identity else fields.DEFAULT_SECRET,
        "neo4j-tag": scenario.target.tag(scenario.edition),
    }
    for field in FIELDS:
        if field.key not in texts:
            texts[field.key] = getattr(scenario, field.key.replace("-", "_"))
    return {f.key: texts[f.key] for f in FIELDS if texts[f.key] != defaults.get(f.key, f.default)}


def command(scenario: Scenario) -> str:
    """Return the shell command, on one line, that writes the values file of `scenario` again."""
    flags = inputs(scenario)
    words = ["neo4j-scenarios", "new", flags.pop("scenario")]
    for key, text in flags.items():
        words += [f"--{key}"] if key == fields.ACCEPT_DATA_LOSS.key else [f"--{key}", text]
    return shlex.join(words)
