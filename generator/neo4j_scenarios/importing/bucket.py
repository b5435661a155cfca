"""The place of the backups: a bare bucket and its provider become a URL, where it can be known."""

from typing import Final

from neo4j_restore import spec
from neo4j_restore.spec import Invalid
from neo4j_scenarios.importing.found import Found
from neo4j_scenarios.located import Steps

_AZURE_WHY: Final = "names a container of Azure, and its account is in the Secret, which an import never reads"
_AZURE_HINT: Final = "bucket: azb://ACCOUNT/CONTAINER/PATH, with the account of the Secret's ACCOUNT_NAME"


def give_bucket(found: Found, bucket: Steps, provider: Steps) -> None:
    """Take the bucket at `bucket` as a URL; the provider, where there is one, is part of it."""
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
        found.leave(steps, str(error), "bucket alone counts: its scheme says the cloud")
