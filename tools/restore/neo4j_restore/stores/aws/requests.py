"""Signed requests to one bucket of S3, in the bucket's region."""

from collections.abc import Mapping

import urllib3

from neo4j_restore.buckets import BucketUrl
from neo4j_restore.settings import Access
from neo4j_restore.stores.aws.answers import right_region
from neo4j_restore.stores.aws.hosts import Bucket, base_url, check
from neo4j_restore.stores.aws.identity import find
from neo4j_restore.stores.aws.signing import signed
from neo4j_restore.stores.errors import StoreErrors
from neo4j_restore.stores.http import Http, url_of
from neo4j_restore.stores.plain import Check, PlainGet
from neo4j_restore.stores.proxies import proxy_of


class Requests:
    """Requests a bucket's objects and listings."""

    def __init__(self, bucket: BucketUrl, access: Access, stall_seconds: float, errors: StoreErrors) -> None:
        """Take bucket, endpoint and identity. No request is made yet. Raises ConfigurationError for a bad file."""
        self._bucket, self._endpoint, self._errors = Bucket.of(bucket.bucket), access.endpoint_url, errors
        self._style = access.addressing
        check(self._bucket, self._endpoint, self._style)
        self._http = Http(stall_seconds, access.ca_bundle)
        self.stall_seconds = stall_seconds
        self._identity = find(access, self._http, errors)
        chosen = access.region or self._identity.region
        default = access.identity.get("AWS_REGION") or access.identity.get("AWS_DEFAULT_REGION")
        # If nothing names a region: S3 in us-east-1 refuses a bucket of another region, and names that region.
        self._region = self._bucket.region or chosen or default or "us-east-1"
        # Checks the proxy's variables now, before the first request.
        self._has_proxy = bool(proxy_of(base_url(self._bucket, self._region, self._endpoint, self._style)))
        self._always = {"x-amz-request-payer": "requester"} if access.requester_pays else {}

    def ask(
        self,
        method: str,
        verb: str,
        key: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes = b"",
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer. Its body is not read yet. verb, key: for errors. path: below the bucket."""
        url = self._url(path, query)
        key_pair = self._identity.key()
        with self._errors.translated(verb, key):
            signed_headers = signed(method, url, {**self._always, **headers}, key_pair, self._region, body)
            response = self._http.ask(method, url, signed_headers, body or None)
        region = right_region(response.status, response.headers, self._region)
        # A refusal named the bucket's region, so the request is signed for that one. Threads may each do this once.
        if region != self._region and not self._endpoint and not self._bucket.region:
            response.close()
            self._region = region
            return self.ask(method, verb, key, path, query, headers, body)
        return response

    def plain(self, key: str, query: Mapping[str, str], headers: Mapping[str, str], check: Check) -> PlainGet | None:
        """Return a signed GET of an object for other connections, or None where they would need a proxy."""
        if self._has_proxy:
            return None
        url = self._url(key, query)
        with self._errors.translated("read", key):
            signed_headers = signed("GET", url, {**self._always, **headers}, self._identity.key(), self._region)
        return self._http.plain(url, signed_headers, check)

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        base = base_url(self._bucket, self._region, self._endpoint, self._style)
        return url_of(base, path, query)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()
