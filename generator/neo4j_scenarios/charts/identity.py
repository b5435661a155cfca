"""Scenario -> the pod's service account, and the annotations that bind it to a cloud identity."""

import re
from collections.abc import Mapping
from typing import Any, Final

from neo4j_restore.spec import Scheme
from neo4j_scenarios.inputs import rules
from neo4j_scenarios.inputs.scenario import Scenario

_GOOGLE: Final = "iam.gke.io/gcp-service-account"
_AWS: Final = "eks.amazonaws.com/role-arn"
_AZURE: Final = "azure.workload.identity/client-id"

ANNOTATIONS: Final = (_GOOGLE, _AWS, _AZURE)

# The webhook of AKS only handles pods with this label.
_AZURE_LABEL: Final = {"azure.workload.identity/use": "true"}

_FORMS: Final[Mapping[str, tuple[Scheme, str]]] = {
    rules.GOOGLE_ACCOUNT: (Scheme.GCS, _GOOGLE),
    rules.AWS_ROLE: (Scheme.S3, _AWS),
    rules.AZURE_CLIENT: (Scheme.AZURE, _AZURE),
}


def schemes(identity: str) -> tuple[Scheme, ...]:
    """Return the kinds of stores to which an identity can have access."""
    if identity == rules.POD_IDENTITY:
        return (Scheme.GCS, Scheme.S3)
    return tuple(scheme for form, (scheme, _) in _FORMS.items() if re.fullmatch(form, identity))


def annotations(scenario: Scenario) -> dict[str, str]:
    """Return the annotations of the service account. There are none if the cloud knows the account by itself."""
    identity = scenario.workload_identity
    return {name: identity for form, (_, name) in _FORMS.items() if re.fullmatch(form, identity)}


def pod_labels(scenario: Scenario) -> dict[str, str]:
    """Return the labels of the pod."""
    return dict(_AZURE_LABEL) if _AZURE in annotations(scenario) else {}


def service_account(scenario: Scenario) -> dict[str, Any]:
    """Return the `serviceAccount` block for charts that create one. It is empty for their default."""
    if scenario.service_account:
        return {"serviceAccount": {"create": False, "name": scenario.service_account}}
    if scenario.workload_identity:
        marks = annotations(scenario)
        return {"serviceAccount": {"create": True, **({"annotations": marks} if marks else {})}}
    return {}
