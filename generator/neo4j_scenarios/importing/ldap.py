"""Settings of a directory, by LDAP, in a values file -> inputs."""

from collections.abc import Mapping
from typing import Final

from neo4j_scenarios import directory
from neo4j_scenarios.importing.found import Found
from neo4j_scenarios.located import Steps

_LDAP: Final = "dbms.security.ldap"

_INPUTS: Final = {
    f"{_LDAP}.host": "ldap-url",
    f"{_LDAP}.authentication.user_dn_template": "ldap-user",
    f"{_LDAP}.authorization.user_search_base": "ldap-search-base",
    f"{_LDAP}.authorization.group_to_role_mapping": "ldap-groups",
    f"{_LDAP}.authorization.system_username": "ldap-account",
}

# What the labs chart's values can't say: there the settings are in a ConfigMap.
UNSAID: Final = ("ldap-url", "ldap-user", "ldap-search-base", "ldap-groups", "ldap-account", "ldap-secret")


def read_ldap(found: Found) -> None:
    """Take the settings of the block `config`, where they name a directory."""
    if found.values.get("config", f"{_LDAP}.host") is None:
        return
    for setting, key in _INPUTS.items():
        found.take(key, "config", setting)


def read_password(found: Found) -> None:
    """Take the Secret of the account's password from `extraEnv`, where it is as we write it."""
    variables = found.values.get("extraEnv")
    for index, item in enumerate(variables if isinstance(variables, list) else []):
        steps: Steps = ("extraEnv", index, "valueFrom", "secretKeyRef")
        named = isinstance(item, Mapping) and item.get("name") == directory.variable(directory.PASSWORD)
        if named and found.values.get(*steps, "key") == directory.PASSWORD_KEY:
            found.take("ldap-secret", *steps, "name")
            found.skip("extraEnv", index)
