"""Hazards of LDAP settings: users who can't log in, and settings without effect."""

from collections.abc import Iterator

from neo4j_scenarios.hazards.hazard import Hazard
from neo4j_scenarios.inputs.fields import ldap as fields
from neo4j_scenarios.inputs.scenario import Scenario

_NEEDED = (fields.LDAP_USER, fields.LDAP_SEARCH_BASE, fields.LDAP_GROUPS)
_OTHERS = (*_NEEDED, fields.LDAP_ACCOUNT, fields.LDAP_SECRET)


def ldap(scenario: Scenario) -> Iterator[Hazard]:
    """Yield the hazards of the LDAP settings."""
    texts = {field.key: getattr(scenario, field.key.replace("-", "_")) for field in _OTHERS}
    if not scenario.ldap_url:
        for key in (key for key, text in texts.items() if text):
            yield Hazard((key, "ldap-url"), "has no effect without an LDAP server", "name the server with --ldap-url")
        return
    for field in (field for field in _NEEDED if not texts[field.key]):
        yield Hazard(
            (field.key, "ldap-url"),
            f"is missing, but needed with --ldap-url: {field.meaning}",
            f"--{field.key} {field.example}",
        )
    if bool(scenario.ldap_account) != bool(scenario.ldap_secret):
        missing = "ldap-secret" if scenario.ldap_account else "ldap-account"
        yield Hazard((missing, "ldap-url"), "is missing: account and password belong together", "set both, or neither")
    yield from _neo4j(scenario)


def _neo4j(scenario: Scenario) -> Iterator[Hazard]:
    if scenario.edition != "enterprise":
        yield Hazard(
            ("edition", "ldap-url"),
            "the community edition has no LDAP",
            "--edition enterprise with --accept-license yes",
        )
    if scenario.major is not None and scenario.major < 4:
        yield Hazard(
            ("ldap-url", "neo4j-tag"),
            f"is for Neo4j 4 and later: the settings of {scenario.major}.x have other names",
            "set dbms.security.auth_provider and the other settings in a second values file",
        )
