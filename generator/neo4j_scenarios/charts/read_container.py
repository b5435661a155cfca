"""Reads a restore container of a values file, for charts that take a whole container, as inputs."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from neo4j_restore import spec
from neo4j_restore.secrecy import secret_name
from neo4j_restore.spec import Invalid
from neo4j_scenarios.charts.environment import DATA_DIR, LICENCE
from neo4j_scenarios.charts.read_bucket import give_bucket
from neo4j_scenarios.charts.read_pod import read_cpu, read_memory, read_mounts
from neo4j_scenarios.charts.reading import INPUTS, KEY_HINT, Reading
from neo4j_scenarios.charts.resources import reckoned
from neo4j_scenarios.inputs.fields.deployment import HEAP_SIZE, NONE, RESTORE_MEMORY
from neo4j_scenarios.yaml.located import Steps

# Variables whose input has another name. Other inputs have the same name, such as force-overwrite.
_RENAMED: Final = {
    "RESTORE_NOT_AFTER": "not-after",
    "STORAGE_EMULATOR_HOST": "emulator-host",
    "REGION": "bucket-region",
    LICENCE: "accept-license",
}

# Variables that name a key file. The mount tells which Secret it is in.
_KEY_FILES: Final = ("GOOGLE_APPLICATION_CREDENTIALS", "CREDENTIALS_FILE")

# The name of that Secret, for messages. The volume decides.
_SECRET_NAME: Final = "SECRET_NAME"  # noqa: S105 - a variable that holds the name of a Secret

# Variables that name another file. The Secret or ConfigMap with the file is an input.
_FILES: Final = {
    "CA_BUNDLE": "ca-bundle",
    "ENCRYPTION_KEY_FILE": "encryption-key",
    "AGE_IDENTITY_FILE": "age-identity",
}

# The labs chart mounted the key there. Containers that do not name a key file use it.
_OLD_KEY: Final = "/credentials/credentials"

_IMAGE_WHY: Final = "is not this project's image: the old one exits with 0 after a failure, so Neo4j starts empty"
_IMAGE_HINT: Final = "set restore-image and restore-tag to an image for the server's Neo4j: tools/restore/README.md"


def read_container(reading: Reading, at: Steps, volumes: Steps, data: Mapping[str, str]) -> None:
    """Read the container at `at`.

    volumes: the path of the list of the pod's volumes.
    data: the `name` of the server's data volume, and the folder `below` it that the server mounts. If that is empty,
    the server mounts the whole volume.
    """
    _read_image(reading, at)
    env = dict(_variables(reading, at))
    if "BUCKET" in env:
        give_bucket(reading, env["BUCKET"], env.get("CLOUD_PROVIDER", ()))
    for name, steps in env.items():
        if name not in {"BUCKET", "CLOUD_PROVIDER", _SECRET_NAME, *_KEY_FILES, *_FILES}:
            _read_variable(reading, name, steps)
    _read_mounts(reading, at, volumes, data, env)
    if not read_memory(reading, *at, "resources"):
        reading.inputs[RESTORE_MEMORY.key] = NONE
    elif reading.inputs.get(RESTORE_MEMORY.key) == _reckoned(reading):
        del reading.inputs[RESTORE_MEMORY.key]
    read_cpu(reading, "", *at, "resources")
    read_mounts(reading, (*at, "volumeMounts"))
    reading.skip(*at, "name")


def _reckoned(reading: Reading) -> str:
    """Return the memory for the heap's size. It is empty if that size is not valid."""
    heap = reading.inputs.get(HEAP_SIZE.key, HEAP_SIZE.default)
    try:
        return reckoned(HEAP_SIZE.parse(heap))
    except Invalid:
        return ""


def _read_image(reading: Reading, at: Steps) -> None:
    image = reading.text(*at, "image") or ""
    name, digest = image.partition("@")[::2]
    repository, tag = split_image(name)
    if "neo4j-helm/restore" in repository or not repository:
        reading.leave((*at, "image"), _IMAGE_WHY, _IMAGE_HINT)
        return
    for key, text in (("restore-image", repository), ("restore-tag", tag), ("restore-digest", digest)):
        reading.give(key, text, *at, "image")


def split_image(reference: str) -> tuple[str, str]:
    """Return repository and tag of an image. A registry's port is not a tag."""
    repository, colon, tag = reference.rpartition(":")
    return (repository, tag) if colon and "/" not in tag else (reference, "")


def _variables(reading: Reading, at: Steps) -> Iterator[tuple[str, Steps]]:
    """Yield the variables with a literal value. Others are listed as unsupported."""
    env = reading.values.get(*at, "env")
    for index, item in enumerate(env if isinstance(env, list) else []):
        steps = (*at, "env", index)
        name = item.get("name") if isinstance(item, Mapping) else None
        if not isinstance(name, str) or "value" not in item:
            reading.leave(
                steps, "has no literal value, but an input needs one", "write the value itself into scenario.yaml"
            )
        elif secret_name(name):
            reading.leave(steps, "holds a secret in plain text", KEY_HINT)
        else:
            reading.skip(*steps, "name")
            yield name, (*steps, "value")


def _read_variable(reading: Reading, name: str, steps: Steps) -> None:
    key = _RENAMED.get(name, name.lower().replace("_", "-"))
    defaults = {variable.name: variable.default for variable in spec.VARIABLES}
    if key in INPUTS:
        reading.take(key, *steps)
    elif reading.text(*steps) == defaults.get(name, DATA_DIR if name == "DATA_DIR" else None):
        reading.skip(*steps)
    elif name in defaults:
        reading.leave(steps, f"{name} is not an input of a scenario", "set it in a second values file")
    else:
        reading.leave(
            steps, f"{name} is not a variable of the restore image", "remove it, or see `neo4j-restore --help`"
        )


def _read_mounts(
    reading: Reading, at: Steps, volumes: Steps, data: Mapping[str, str], env: Mapping[str, Steps]
) -> None:
    key_file = next((reading.text(*env[name]) for name in _KEY_FILES if name in env), None) or _OLD_KEY
    files = {PurePosixPath(reading.text(*env[name]) or ""): key for name, key in _FILES.items() if name in env}
    inputs = {path.parent: (key, path.name) for path, key in files.items()}
    inputs[PurePosixPath(key_file).parent] = ("secret", PurePosixPath(key_file).name)
    if (bucket := reading.inputs.get("bucket", "")).startswith("file:///"):
        inputs[PurePosixPath("/", bucket.split("/")[3])] = ("backup-claim", "")
    mounts = reading.values.get(*at, "volumeMounts")
    for index, mount in enumerate(mounts if isinstance(mounts, list) else []):
        steps = (*at, "volumeMounts", index)
        path = mount.get("mountPath") if isinstance(mount, Mapping) else None
        key, file = inputs.get(PurePosixPath(str(path)), ("", ""))
        if path == DATA_DIR:
            _read_data(reading, steps, data)
        elif path == "/tmp" or key:  # noqa: S108 - a mount in the pod
            reading.skip(*steps)
            _read_volume(reading, volumes, str(mount.get("name")), key, file)
    for name, key in {**dict.fromkeys((*_KEY_FILES, _SECRET_NAME), "secret"), **_FILES}.items():
        if name in env and key in reading.origins:
            reading.skip(*env[name])
    if "secret" not in reading.origins:
        reading.origins["secret"] = at


def _read_data(reading: Reading, steps: Steps, data: Mapping[str, str]) -> None:
    mount = reading.values.get(*steps)
    below = mount.get("subPathExpr", mount.get("subPath", ""))
    if mount.get("name") == data["name"] and below == data["below"]:
        reading.skip(*steps)
        return
    expected = f"{data['name']} at {DATA_DIR}, subPathExpr {data['below'] or 'none'}"
    reading.leave(
        steps,
        f"differs from the data mount of this chart's server: expected {expected}",
        "use the mount of the server's container. Otherwise Neo4j does not see the restored data",
    )


def _read_volume(reading: Reading, volumes: Steps, name: str, key: str, file: str) -> None:
    """Read the content of the volume `name` as the input `key`. file: the name of the mounted file."""
    listed = reading.values.get(*volumes)
    for index, volume in enumerate(listed if isinstance(listed, list) else []):
        if not isinstance(volume, Mapping) or volume.get("name") != name:
            continue
        steps = (*volumes, index)
        reading.skip(*steps)
        if key == "backup-claim":
            reading.take(key, *steps, "persistentVolumeClaim", "claimName")
        elif key == "secret" and isinstance(volume.get("secret"), Mapping):
            reading.take(key, *steps, "secret", "secretName")
            reading.inputs["secret-key"] = _key_of(reading, (*steps, "secret"), file)
        elif key:
            _read_reference(reading, steps, key, file)


def _read_reference(reading: Reading, volume: Steps, key: str, file: str) -> None:
    for source, name in (("secret", "secretName"), ("configMap", "name")):
        if object_name := reading.text(*volume, source, name):
            text = f"{source.lower()}/{object_name}/{_key_of(reading, (*volume, source), file)}"
            reading.give(key, text, *volume, source, name)


def _key_of(reading: Reading, steps: Steps, file: str) -> str:
    """Return the key that is mounted as `file`. Without `items` it has the same name."""
    items = reading.values.get(*steps, "items")
    listed = items if isinstance(items, list) else []
    keys = {str(item.get("path")): item.get("key") for item in listed if isinstance(item, Mapping)}
    return str(keys.get(file, file))
