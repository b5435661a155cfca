"""Reads the bucket. A bare bucket and its provider become a URL, if the file has all parts of it."""

from typing import Final

from neo4j_restore import spec
from neo4j_restore.spec import Invalid
from neo4j_scenarios.importing.found import Found
from neo4j_scenarios.located import Steps

_AZURE_WHY: Final = "names an Azure container, but its account is in the Secret, which an import never reads"
_AZURE_HINT: Final = "bucket: azb://ACCOUNT/CONTAINER/PATH, with the account of the Secret's ACCOUNT_NAME"


def give_bucket(found: Found, bucket: Steps, provider: Steps) -> None:
    """Read the bucket at `bucket` as a URL. provider: the path of the provider, if there is one."""
    text, cloud = found.text(*bucket), found.text(*provider) if provider else ""
    if not text or cloud is None or "://" in text or cloud not in spec.PROVIDERS:
        found.give("bucket", text, *bucket)
        if provider and found.values.get(*provider) is not None:
            _provider(found, provider, text or "")
        return
    found.skip(*provider)
    if spec.PROVIDERS[cloud] is spec.Scheme.AZURE:
        found.origins["bucket"] = bucket
        found.leave(bucket, _AZURE_WHY, _AZURE_HINT)
        return
    found.give("bucket", f"{spec.PROVIDERS[cloud]}://{text.strip('/')}", *bucket)


def _provider(found: Found, steps: Steps, bucket: str) -> None:
    try:
        spec.parse_bucket(bucket, found.text(*steps) or "")
        found.skip(*steps)
    except Invalid as error:
        found.leave(steps, str(error), "remove it: the scheme of the bucket decides")
