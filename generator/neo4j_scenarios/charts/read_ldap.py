"""LDAP settings in a values file -> inputs."""

from collections.abc import Mapping
from typing import Final

from neo4j_scenarios.charts import ldap
from neo4j_scenarios.charts.reading import Reading
from neo4j_scenarios.yaml.located import Steps

_LDAP: Final = "dbms.security.ldap"

_INPUTS: Final = {
    f"{_LDAP}.host": "ldap-url",
    f"{_LDAP}.authentication.user_dn_template": "ldap-user",
    f"{_LDAP}.authorization.user_search_base": "ldap-search-base",
    f"{_LDAP}.authorization.group_to_role_mapping": "ldap-groups",
    f"{_LDAP}.authorization.system_username": "ldap-account",
}

# The labs chart's values can't hold these: its LDAP settings are in a ConfigMap.
UNSAID: Final = ("ldap-url", "ldap-user", "ldap-search-base", "ldap-groups", "ldap-account", "ldap-secret")


def read_ldap(reading: Reading) -> None:
    """Read the settings of the `config` block, if they name an LDAP server."""
    if reading.values.get("config", f"{_LDAP}.host") is None:
        return
    for setting, key in _INPUTS.items():
        reading.take(key, "config", setting)


def read_password(reading: Reading) -> None:
    """Read the Secret of the account's password from `extraEnv`, if it is in the form that we write."""
    variables = reading.values.get("extraEnv")
    for index, item in enumerate(variables if isinstance(variables, list) else []):
        steps: Steps = ("extraEnv", index, "valueFrom", "secretKeyRef")
        is_password = isinstance(item, Mapping) and item.get("name") == ldap.variable(ldap.PASSWORD)
        if is_password and reading.values.get(*steps, "key") == ldap.PASSWORD_KEY:
            reading.take("ldap-secret", *steps, "name")
            reading.skip("extraEnv", index)
