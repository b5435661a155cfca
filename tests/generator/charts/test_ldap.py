"""LDAP: settings where each chart takes them, and the password by reference alone."""

import pytest
from tests.generator.charts.written import written
from tests.generator.inputs import make_scenario

from neo4j_scenarios.errors import UsageError
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.render.values_file import render
from neo4j_scenarios.targets import TARGETS

GROUPS = '"cn=dba,ou=groups,dc=example,dc=com"=admin;"cn=staff,ou=groups,dc=example,dc=com"=reader'
LEAST = {
    "edition": "enterprise",
    "accept_license": "yes",
    "ldap_url": "ldaps://ldap.example.com:636",
    "ldap_user": "uid={0},ou=people,dc=example,dc=com",
    "ldap_search_base": "ou=people,dc=example,dc=com",
    "ldap_groups": GROUPS,
}
ACCOUNT = {**LEAST, "ldap_account": "cn=neo4j,dc=example,dc=com", "ldap_secret": "neo4j-ldap"}

LDAP = "dbms.security.ldap"
VARIABLE = "NEO4J_dbms_security_ldap_authorization_system__password"


def make_directory(target: str, **changes: str) -> Scenario:
    return make_scenario(**{**ACCOUNT, "target": target, **changes})


@pytest.mark.parametrize("target", ["neo4j-restore", "neo4j/neo4j"])
def test_settings_are_in_the_config_of_charts_that_have_one(target: str) -> None:
    config = written(make_directory(target))["config"]
    assert config[f"{LDAP}.host"] == "ldaps://ldap.example.com:636"
    assert config[f"{LDAP}.authorization.group_to_role_mapping"] == GROUPS
    assert config[f"{LDAP}.authorization.system_username"] == "cn=neo4j,dc=example,dc=com"
    assert f"{LDAP}.authorization.system_password" not in config


def test_the_password_comes_from_a_secret_in_every_chart() -> None:
    own, official, labs = (written(make_directory(target)) for target in ("neo4j-restore", "neo4j/neo4j", "neo4j-helm"))
    key = {"secretKeyRef": {"name": "neo4j-ldap", "key": "LDAP_PASS"}}
    assert own["extraEnv"] == [{"name": VARIABLE, "valueFrom": key}]
    assert official["ldapPasswordFromSecret"] == "neo4j-ldap"
    assert labs["core"]["envFrom"] == [{"configMapRef": {"name": "neo4j-ldap"}}, {"secretRef": {"name": "neo4j-ldap"}}]


def test_the_labs_chart_takes_settings_from_a_config_map_that_the_header_makes() -> None:
    text = render(make_directory("neo4j-helm", release="graph"))
    assert "#   kubectl create configmap graph-ldap " in text
    assert "--from-literal=NEO4J_dbms_security_ldap_host=ldaps://ldap.example.com:636" in text
    assert f"secret generic neo4j-ldap --from-file={VARIABLE}=PASSWORD-FILE\n" in text


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("database", "sentence"),
    [("neo4j,system", "The restored system brings roles"), ("neo4j", "must exist in this server's system")],
)
def test_what_a_restored_system_means_for_the_directorys_users_is_told(
    target: str, database: str, sentence: str
) -> None:
    assert sentence in " ".join(render(make_directory(target, database=database)).replace("#", " ").split())


def test_users_look_for_their_own_groups_without_an_account() -> None:
    values = written(make_scenario(**LEAST))
    assert "extraEnv" not in values
    assert f"{LDAP}.authorization.use_system_account" not in values["config"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ldap_secret": "neo4j-ldap"}, "--ldap-secret: has no effect without an LDAP server"),
        ({**LEAST, "ldap_user": ""}, "--ldap-user: is missing, but needed with --ldap-url"),
        ({**LEAST, "ldap_groups": ""}, "--ldap-groups: is missing, but needed with --ldap-url"),
        ({**LEAST, "ldap_secret": "neo4j-ldap"}, "--ldap-account: is missing"),
        ({**LEAST, "ldap_account": "cn=a"}, "--ldap-secret: is missing"),
        ({**LEAST, "edition": "community", "accept_license": ""}, "--edition: the community edition has no LDAP"),
        ({**LEAST, "neo4j_tag": "3.5.35-enterprise"}, "--ldap-url: is for Neo4j 4 and later"),
        ({**LEAST, "ldap_user": "uid=$(id),ou={0}"}, "--ldap-user: 'uid=$(id),ou={0}' is not a distinguished name"),
        ({**LEAST, "ldap_groups": "cn=dba=admin"}, "--ldap-groups: 'cn=dba=admin' is not a list"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_half_a_directory_is_refused(changes: dict[str, str], expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_scenario(**changes)
    assert str(caught.value).startswith(expected)
    assert all(problem.hint for problem in caught.value.problems)
