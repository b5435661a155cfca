"""The inputs of a scenario, each once, by subject; and all of them in their order."""

from typing import Final

from neo4j_scenarios.fields import access, cluster, deployment, ldap, wish
from neo4j_scenarios.fields.field import Field

__all__ = ["FIELDS", "Field", "access", "cluster", "deployment", "ldap", "wish"]

# In the order of `new --help`, of the command in a file's header, and of the README's table.
FIELDS: Final[tuple[Field[object], ...]] = (
    deployment.SCENARIO,
    deployment.TARGET,
    wish.BUCKET,
    wish.DATABASE,
    wish.TIMESTAMP,
    wish.BACKUP_SET_DIR,
    wish.FORCE_OVERWRITE,
    wish.RESTORE_ID,
    wish.ACCEPT_DATA_LOSS,
    wish.KEEP_PREVIOUS,
    wish.NOT_AFTER,
    wish.ON_MISSING,
    wish.SPACE_MODE,
    wish.PURGE_ON_COMPLETE,
    access.SECRET,
    access.SECRET_KEY,
    access.WORKLOAD_IDENTITY,
    access.SERVICE_ACCOUNT,
    access.BACKUP_CLAIM,
    access.ENDPOINT_URL,
    access.BUCKET_REGION,
    access.CA_BUNDLE,
    access.REQUESTER_PAYS,
    access.ENCRYPTION_KEY,
    access.AGE_IDENTITY,
    access.CONNECTIONS,
    access.DEADLINE_SECONDS,
    access.START_JITTER_SECONDS,
    cluster.SERVERS,
    cluster.READ_REPLICAS,
    cluster.UNPINNED,
    cluster.ACCEPT_FIRST_BOOTSTRAP,
    cluster.OFFLINE_MAINTENANCE,
    ldap.LDAP_URL,
    ldap.LDAP_USER,
    ldap.LDAP_SEARCH_BASE,
    ldap.LDAP_GROUPS,
    ldap.LDAP_ACCOUNT,
    ldap.LDAP_SECRET,
    deployment.RELEASE,
    deployment.EDITION,
    deployment.ACCEPT_LICENSE,
    deployment.NEO4J_IMAGE,
    deployment.NEO4J_TAG,
    deployment.RESTORE_IMAGE,
    deployment.RESTORE_TAG,
    deployment.RESTORE_DIGEST,
    deployment.STORAGE_SIZE,
    deployment.STORAGE_CLASS,
    deployment.HEAP_SIZE,
    deployment.LOG_FORMAT,
    access.EMULATOR_HOST,
)
