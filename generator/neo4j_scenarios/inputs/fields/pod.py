"""Inputs for the rest of the pod: the user's own containers and volumes, and the Secrets that pull its images."""

from typing import Final

from neo4j_scenarios.inputs import rules
from neo4j_scenarios.inputs.fields.field import Field
from neo4j_scenarios.inputs.structure import ListOf

_CONTAINER: Final = ListOf("container", ("name",))
_MOUNT: Final = ListOf("mount", ("mountPath", "name"))

IMAGE_PULL_SECRETS = Field(
    "image-pull-secrets",
    "Secrets that pull the images, separated by commas (neo4j-helm takes one)",
    rules.names,
    "registry",
    text=",".join,
)
INIT_CONTAINERS_BEFORE = Field(
    "init-containers-before",
    "list of init containers of your own that run before the restore, in the form of Kubernetes",
    _CONTAINER,
    '[{"name": "wait", "image": "busybox", "command": ["true"]}]',
)
INIT_CONTAINERS_AFTER = Field(
    "init-containers-after",
    "list of init containers of your own that run after the restore and before Neo4j",
    _CONTAINER,
    '[{"name": "plugins", "image": "registry.example/plugins:1"}]',
)
EXTRA_CONTAINERS = Field(
    "extra-containers",
    "list of containers of your own beside Neo4j",
    _CONTAINER,
    '[{"name": "metrics", "image": "registry.example/metrics:1"}]',
)
EXTRA_VOLUMES = Field(
    "extra-volumes",
    "list of the pod's volumes for these mounts",
    ListOf("volume", ("name",)),
    '[{"name": "plugins", "emptyDir": {}}]',
)
RESTORE_MOUNTS = Field(
    "restore-mounts",
    "list of additional mounts of the restore container",
    _MOUNT,
    '[{"name": "plugins", "mountPath": "/plugins"}]',
)
NEO4J_MOUNTS = Field(
    "neo4j-mounts",
    "list of additional mounts of the Neo4j container",
    _MOUNT,
    '[{"name": "plugins", "mountPath": "/plugins"}]',
)
