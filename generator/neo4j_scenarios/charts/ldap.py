"""Scenario -> the LDAP settings of neo4j.conf, and back. The password of the LDAP account always comes from a Secret.

Source: Neo4j operations manual, "LDAP integration". The names are the same from 4.0 to 2026.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from neo4j_scenarios.inputs.scenario import Scenario

if TYPE_CHECKING:
    from neo4j_scenarios.charts.reading import Reading
    from neo4j_scenarios.yaml.located import Steps

_LDAP: Final = "dbms.security.ldap"

PASSWORD: Final = f"{_LDAP}.authorization.system_password"

# The password's key in its Secret, as the official chart expects it.
PASSWORD_KEY: Final = "LDAP_PASS"  # noqa: S105 - the name of a key, not a secret

_INPUTS: Final = {
    f"{_LDAP}.host": "ldap-url",
    f"{_LDAP}.authentication.user_dn_template": "ldap-user",
    f"{_LDAP}.authorization.user_search_base": "ldap-search-base",
    f"{_LDAP}.authorization.group_to_role_mapping": "ldap-groups",
    f"{_LDAP}.authorization.system_username": "ldap-account",
}

# The labs chart's values can't hold these: its LDAP settings are in a ConfigMap.
UNSAID: Final = ("ldap-url", "ldap-user", "ldap-search-base", "ldap-groups", "ldap-account", "ldap-secret")


def settings(scenario: Scenario) -> dict[str, str]:
    """Return settings of neo4j.conf by name. There are none if the scenario has no LDAP server."""
    if not scenario.ldap_url:
        return {}
    ldap = {
        # With native, the users of `system` can still log in if the LDAP server does not answer.
        "dbms.security.authentication_providers": "ldap,native",
        "dbms.security.authorization_providers": "ldap,native",
        f"{_LDAP}.host": scenario.ldap_url,
        f"{_LDAP}.authentication.user_dn_template": scenario.ldap_user,
        f"{_LDAP}.authorization.user_search_base": scenario.ldap_search_base,
        f"{_LDAP}.authorization.group_to_role_mapping": scenario.ldap_groups,
    }
    if scenario.ldap_account:
        ldap[f"{_LDAP}.authorization.use_system_account"] = "true"
        ldap[f"{_LDAP}.authorization.system_username"] = scenario.ldap_account
    return ldap


def variable(setting: str) -> str:
    """Return the name of the environment variable from which Neo4j's image takes a setting."""
    return f"NEO4J_{setting.replace('_', '__').replace('.', '_')}"


def read_ldap(reading: "Reading") -> None:
    """Read the settings of the `config` block, if they name an LDAP server."""
    if reading.values.get("config", f"{_LDAP}.host") is None:
        return
    for setting, key in _INPUTS.items():
        reading.take(key, "config", setting)


def read_password(reading: "Reading") -> None:
    """Read the Secret of the account's password from `extraEnv`, if it is in the form that we write."""
    variables = reading.values.get("extraEnv")
    for index, item in enumerate(variables if isinstance(variables, list) else []):
        steps: Steps = ("extraEnv", index, "valueFrom", "secretKeyRef")
        is_password = isinstance(item, Mapping) and item.get("name") == variable(PASSWORD)
        if is_password and reading.values.get(*steps, "key") == PASSWORD_KEY:
            reading.take("ldap-secret", *steps, "name")
            reading.skip("extraEnv", index)
