"""Inputs for users and roles from an LDAP server."""

from neo4j_scenarios.inputs import rules
from neo4j_scenarios.inputs.fields.field import Field

LDAP_URL = Field(
    "ldap-url",
    "LDAP server for logins and roles, in the enterprise edition",
    rules.optional(rules.LDAP_URL),
    "ldaps://ldap.example.com:636",
)
LDAP_USER = Field(
    "ldap-user",
    "distinguished name of a user, with {0} for the user's name",
    rules.optional(rules.LDAP_USER),
    "uid={0},ou=people,dc=example,dc=com",
)
LDAP_SEARCH_BASE = Field(
    "ldap-search-base",
    "base of the LDAP users, to search for their groups",
    rules.optional(rules.LDAP_NAME),
    "ou=people,dc=example,dc=com",
)
LDAP_GROUPS = Field(
    "ldap-groups",
    "roles of LDAP groups, in the form of group_to_role_mapping of neo4j.conf",
    rules.optional(rules.LDAP_GROUPS),
    '"cn=dba,ou=groups,dc=example,dc=com"=admin;"cn=staff,ou=groups,dc=example,dc=com"=reader',
)
LDAP_ACCOUNT = Field(
    "ldap-account",
    "distinguished name of the account that searches for groups",
    rules.optional(rules.LDAP_NAME),
    "cn=neo4j,ou=services,dc=example,dc=com",
    shown="the user who logs in",
)
LDAP_SECRET = Field(
    "ldap-secret",
    "Secret with that account's password",
    rules.optional(rules.NAME),
    "neo4j-ldap",
)
