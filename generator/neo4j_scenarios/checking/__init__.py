"""Checks any values file, ours or not, against its chart's schema and the contract of the restore container."""

from neo4j_scenarios.checking.check import check, unreadable
from neo4j_scenarios.checking.finding import Finding
from neo4j_scenarios.checking.hazards import Consent
from neo4j_scenarios.checking.rendered import Rendering

__all__ = ["Consent", "Finding", "Rendering", "check", "unreadable"]
