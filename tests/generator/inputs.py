"""Inputs of scenarios: the least, and every other by Hypothesis."""

import json

from hypothesis import strategies as st

from neo4j_restore import spec
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.parse import parse
from neo4j_scenarios.targets import TARGETS


def make_inputs(**changes: str) -> dict[str, str]:
    """Return the least inputs, and `changes` with `_` for `-`."""
    least = {"scenario": "single-instance", "bucket": "gs://graph-backups/production", "database": "neo4j"}
    return {**least, **{key.replace("_", "-"): text for key, text in changes.items()}}


def make_scenario(**changes: str) -> Scenario:
    """Return the scenario that `make_inputs` asks for."""
    return parse(make_inputs(**changes))


_names = st.from_regex(r"[a-z][a-z0-9]{2,8}", fullmatch=True)
_texts = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)
_printable = st.text(st.characters(categories=("L", "N", "S")), min_size=1, max_size=8)
_databases = st.lists(
    _names.filter(lambda name: not name.startswith("system")) | st.just("system"), min_size=1, unique=True
)


def _renamed(names: list[str], ending: str) -> list[str]:
    """Return databases of which some get a new name. No other name ends like it, so none is there twice."""
    return [name if name == "system" or at % 2 else f"{name}-{ending}={name}" for at, name in enumerate(names)]


_namings = st.builds(_renamed, _databases, _names) | _databases

_times = st.datetimes().map(lambda time: f"{time.isoformat('T', 'seconds')}Z")

_ldap = st.fixed_dictionaries(
    {
        "ldap-url": _names.map("ldaps://{}.example:636".format),
        "ldap-user": _names.map("uid={{0}},ou={}".format),
        "ldap-search-base": _printable.filter(lambda text: not set(text) & set('$"{}=')).map("ou={}".format),
        "ldap-groups": _names.map('"cn={},dc=example"=admin,reader;"cn=all"=reader'.format),
    },
)
_account: st.SearchStrategy[dict[str, str]] = st.just({}) | st.fixed_dictionaries(
    {"ldap-account": _names.map("cn={}".format), "ldap-secret": _names}
)

_TAGS = {"neo4j-restore": "5.26.1", "neo4j/neo4j": "2026.01.2", "neo4j-helm": "4.4.10"}


_paths = st.lists(_texts | _printable, max_size=3).map("/".join)
_references = st.builds("{}/{}/{}".format, st.sampled_from(["secret", "configmap"]), _names, _texts)

# For each kind of store: its buckets, its identities, and what else means something to it.
_STORES: dict[str, tuple[st.SearchStrategy[str], list[str], dict[str, st.SearchStrategy[str]]]] = {
    "gs": (
        st.builds("gs://{}/{}".format, _names, _paths),
        ["restore@project.iam.gserviceaccount.com", "pod-identity"],
        {
            "requester-pays": st.just("billing-project"),
            "encryption-key": _names.map("secret/{}/key".format),
            "emulator-host": _names.map("http://{}:4443".format),
        },
    ),
    "s3": (
        st.builds("s3://{}/{}".format, _names, _paths),
        ["arn:aws:iam::123456789012:role/restore", "pod-identity"],
        {
            "requester-pays": st.just("true"),
            "encryption-key": _names.map("secret/{}/key".format),
            "bucket-region": st.just("eu-central-1"),
            "addressing-style": st.sampled_from(["path", "virtual"]),
        },
    ),
    "azb": (
        st.builds("azb://{}/{}/{}".format, _names, _names, _paths),
        ["01234567-89ab-cdef-0123-456789abcdef"],
        {},
    ),
}


@st.composite
def _access(draw: st.DrawFn) -> dict[str, str]:
    """Draw a place of backups, who may read it, and how it is reached."""
    scheme = draw(st.sampled_from([scheme.value for scheme in spec.SUPPORTED_SCHEMES]))
    if scheme == "file":
        return {"bucket": f"file:///backups/{draw(_paths)}", "backup-claim": draw(_names)}
    buckets, identities, optional = _STORES[scheme]
    inputs = {"bucket": draw(buckets)}
    reach = {"endpoint-url": _names.map("https://{}:9000".format), "ca-bundle": _references, **optional}
    key = {"secret": _names, "secret-key": _texts}
    if draw(st.booleans()):
        inputs["workload-identity"] = draw(st.sampled_from(identities))
        key = {}
    return inputs | draw(st.fixed_dictionaries({}, optional=reach | key))


def _items(keys: tuple[str, ...], **more: st.SearchStrategy[object]) -> st.SearchStrategy[list[dict[str, object]]]:
    """Draw lists of Kubernetes' objects, whose texts under `keys` are different."""
    item = st.fixed_dictionaries(dict.fromkeys(keys, _names), optional=more)
    return st.lists(item, min_size=1, max_size=2, unique_by=lambda each: str(each[keys[0]]))


def _listed(prefix: str, items: st.SearchStrategy[list[dict[str, object]]]) -> st.SearchStrategy[str]:
    """Draw such a list as an input has it, each name with a prefix, so that no two lists share one."""
    return items.map(lambda held: json.dumps([{**each, "name": f"{prefix}-{each['name']}"} for each in held]))


def _pod(target: str) -> dict[str, st.SearchStrategy[str]]:
    """Return what draws containers and volumes of one's own. Only the official chart has a word of its own for some."""
    odd: st.SearchStrategy[object] = st.lists(_texts | _printable | st.sampled_from(["no", "5.26", "~"]), max_size=3)
    enabled = {"enabledInOfflineMaintenanceMode": st.just(True)} if target == "neo4j/neo4j" else {}
    containers = _items(("name", "image"), args=odd, resources=st.just({"limits": {"cpu": 1}}))
    init = containers.map(lambda held: [{**each, **dict.fromkeys(enabled, True)} for each in held])
    volumes = ["data"] if target != "neo4j-helm" else ["datadir", "plugins"]
    mounts = _items(("mountPath",), subPath=_names, readOnly=st.booleans()).map(
        lambda held: json.dumps(
            [{**each, "mountPath": f"/mine/{each['mountPath']}", "name": volumes[0]} for each in held]
        )
    )
    secrets = st.lists(_names, min_size=1, max_size=1 if target == "neo4j-helm" else 3)
    return {
        "init-containers-before": _listed("before", init),
        "init-containers-after": _listed("after", init),
        "extra-containers": _listed("beside", containers),
        "extra-volumes": _listed("mine", _items(("name",), emptyDir=st.just({}))),
        "restore-mounts": mounts,
        "neo4j-mounts": mounts,
        "image-pull-secrets": secrets.map(",".join),
        # By itself our chart alone asks for CPU, so `none` is `auto` for the others.
        "restore-cpu": st.sampled_from(
            ["auto", "2", "0.5", "500m/2", "750m/none", *(["none"] if target == "neo4j-restore" else [])]
        ),
    }


# Data volumes that are there already, by target.
_DATA_VOLUMES = {
    "neo4j-restore": ["claim/graph"],
    "neo4j/neo4j": [
        "claim/graph",
        '{"volume": {"csi": {"driver": "disk.example", "readOnly": false}}}',
        '{"volumeClaimTemplate": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "7Gi"}}}}',
    ],
}

# The labs chart runs Neo4j 4, whose backups form no chains.
_POINTS: dict[str, dict[str, st.SearchStrategy[str]]] = {
    "neo4j-restore": {"restore-until": _times},
    "neo4j/neo4j": {"restore-until": _times},
    "neo4j-helm": {},
}


@st.composite
def all_inputs(draw: st.DrawFn) -> dict[str, str]:
    """Draw inputs that ask for something that can be: every key, every target, every policy."""
    target = draw(st.sampled_from(sorted(TARGETS)))
    enterprise, overwrite = draw(st.booleans()), draw(st.sampled_from(["false", "once", "true"]))
    inputs = {
        "scenario": "single-instance",
        "target": target,
        "database": ",".join(draw(_namings)),
        "force-overwrite": overwrite,
    }
    inputs |= draw(_access()) | draw(_finalized(target))
    inputs |= draw(_drilled(target, inputs["bucket"]))
    optional = {
        "timestamp": st.just("latest") | _texts.map("r1{}".format) | _times,
        "keep-previous": st.sampled_from(["true", "false"]),
        "not-after": _times,
        "on-missing": st.sampled_from(["fail", "start-empty"]),
        "on-stale-latest": st.sampled_from(["fail", "latest", "newest"]),
        "ignore-objects": st.lists(_texts | _texts.map("*{}?/*".format), min_size=1, max_size=3).map(",".join),
        "require-checksum": st.sampled_from(["true", "false"]),
        "consistency-check": st.sampled_from(["true", "false"]),
        "migrate": st.sampled_from(["false", "by-server" if target == "neo4j-helm" else "true"]),
        "space-mode": st.just("keep"),
        "backup-set-dir": st.lists(_texts | _printable, min_size=1, max_size=3).map("/".join),
        "purge-on-complete": st.sampled_from(["true", "false"]),
        "release": _names,
        "neo4j-image": _names.map("registry.example:5000/team/{}".format),
        "neo4j-tag": st.just(_TAGS[target]),
        "restore-image": _names,
        "restore-tag": _texts,
        "restore-digest": st.just("sha256:" + "0a" * 32),
        "storage-size": st.integers(1, 9999).map("{}Gi".format),
        "storage-class": _names,
        "heap-size": st.integers(1, 99).map("{}g".format),
        "password-secret": _names,
        "restore-memory": st.sampled_from(["auto", "none"]) | st.integers(100, 999).map("{}Gi".format),
        "log-format": st.sampled_from(["text", "json"]),
        "service-account": _names,
        "age-identity": _names.map("secret/{}/key".format),
        "connections": st.integers(1, 64).map(str),
        "deadline-seconds": st.integers(0, 999999).map(str),
        "start-jitter-seconds": st.integers(0, 999999).map(str),
    }
    optional |= _pod(target)
    if target == "neo4j/neo4j":
        optional["neo4j-name"] = _names
    if target != "neo4j-restore":
        optional["chart-version"] = st.sampled_from(["5.26.0", "2026.1.2"])
        optional["data-sub-path"] = st.sampled_from(["/", "data", "neo4j/data"])
    if overwrite == "once":
        optional["restore-id"] = _texts
    if overwrite == "true":
        inputs["accept-data-loss"] = "true"
        if draw(st.booleans()):
            optional |= {"space-mode": st.just("reclaim"), "keep-previous": st.just("false")}
    if enterprise:
        inputs |= {"edition": "enterprise", "accept-license": "yes"}
        optional |= _POINTS[target]
    if enterprise and draw(st.booleans()):
        inputs |= draw(_ldap) | draw(_account)
    if target == "neo4j/neo4j" and draw(st.booleans()):
        inputs["offline-maintenance"] = "true"
    if enterprise and draw(st.booleans()):
        return draw(_of_a_cluster(inputs | draw(st.fixed_dictionaries({}, optional=optional))))
    return draw(_with_a_volume(inputs | draw(st.fixed_dictionaries({}, optional=optional))))


def _drilled(target: str, bucket: str) -> st.SearchStrategy[dict[str, str]]:
    """Return inputs for drills, for the chart that has them."""
    drill = {"drill": "true"}
    asking = {**drill, "drill-assertions": '[{"query": "MATCH (n) RETURN count(n)", "expect": 7}]'}
    key = {} if bucket.startswith("file:") else {"drill-results-secret": "drill-key"}
    named = {**asking, **key, "drill-cluster": "prod-eu.1"}
    return st.sampled_from([{}, drill, asking, named] if TARGETS[target].drills else [{}])


def _finalized(target: str) -> st.SearchStrategy[dict[str, str]]:
    """Return inputs for the Job that finalizes, which needs a login, for the chart that has it."""
    job = _names.map(lambda name: {"finalize": "true", "password-secret": name})
    return st.just({}) | job if TARGETS[target].finalizes else st.just({})


@st.composite
def _with_a_volume(draw: st.DrawFn, inputs: dict[str, str]) -> dict[str, str]:
    """Draw a data volume that is there already, for which size and class of a new one do nothing."""
    target = inputs["target"]
    if target in _DATA_VOLUMES and draw(st.booleans()):
        others = {key: text for key, text in inputs.items() if key not in {"storage-size", "storage-class"}}
        return others | {"data-volume": draw(st.sampled_from(_DATA_VOLUMES[target]))}
    if target == "neo4j/neo4j" and draw(st.booleans()):
        labels = draw(st.sampled_from(["", "/disk=fast", "/disk=fast,helm.neo4j.com/volume-role=data"]))
        return inputs | {"data-volume": f"selector{labels}"}
    return inputs


@st.composite
def _of_a_cluster(draw: st.DrawFn, inputs: dict[str, str]) -> dict[str, str]:
    """Draw a cluster of what was drawn for one server."""
    alone = {"force-overwrite", "restore-id", "accept-data-loss", "space-mode", "on-missing"}
    cluster = {key: text for key, text in inputs.items() if key not in alone}
    cluster |= {"scenario": "cluster", "servers": str(draw(st.integers(3, 9))), "accept-first-bootstrap": "true"}
    if inputs["target"] == "neo4j-restore" and draw(st.booleans()):
        cluster = {key: text for key, text in cluster.items() if key not in {"restore-until", "migrate"}}
        replicas = {"neo4j-tag": "4.4.48-enterprise", "read-replicas": str(draw(st.integers(0, 3)))}
        return cluster | replicas | {"timestamp": draw(_times)}
    if inputs["target"] == "neo4j-helm":
        return cluster | {"read-replicas": str(draw(st.integers(0, 3))), "unpinned": "true"}
    return cluster | {"database": "neo4j", "timestamp": draw(_times)}
