"""Reads the bucket. A bare bucket and its provider become a URL, if the file has all parts of it."""

from typing import Final

from neo4j_restore import spec
from neo4j_restore.spec import Invalid
from neo4j_scenarios.charts.reading import Reading
from neo4j_scenarios.yaml.located import Steps

_AZURE_WHY: Final = "names an Azure container, but its account is in the Secret, which an import never reads"
_AZURE_HINT: Final = "bucket: azb://ACCOUNT/CONTAINER/PATH, with the account of the Secret's ACCOUNT_NAME"


def give_bucket(reading: Reading, bucket: Steps, provider: Steps) -> None:
    """Read the bucket at `bucket` as a URL. provider: the path of the provider, if there is one."""
    text, cloud = reading.text(*bucket), reading.text(*provider) if provider else ""
    if not text or cloud is None or "://" in text or cloud not in spec.PROVIDERS:
        reading.give("bucket", text, *bucket)
        if provider and reading.values.get(*provider) is not None:
            _provider(reading, provider, text or "")
        return
    reading.skip(*provider)
    if spec.PROVIDERS[cloud] is spec.Scheme.AZURE:
        reading.origins["bucket"] = bucket
        reading.leave(bucket, _AZURE_WHY, _AZURE_HINT)
        return
    reading.give("bucket", f"{spec.PROVIDERS[cloud]}://{text.strip('/')}", *bucket)


def _provider(reading: Reading, steps: Steps, bucket: str) -> None:
    try:
        spec.parse_bucket(bucket, reading.text(*steps) or "")
        reading.skip(*steps)
    except Invalid as error:
        reading.leave(steps, str(error), "remove it: the scheme of the bucket decides")
