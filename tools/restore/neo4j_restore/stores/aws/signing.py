"""Signature Version 4, made by awscrt."""

import hashlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from awscrt.auth import (
    AwsCredentialsProvider,
    AwsSignatureType,
    AwsSignedBodyHeaderType,
    AwsSigningAlgorithm,
    AwsSigningConfig,
    aws_sign_request,
)
from awscrt.exceptions import AwsCrtError
from awscrt.http import HttpHeaders, HttpRequest

from neo4j_restore.credentials import AwsKey
from neo4j_restore.stores.errors import UnsendableError

_SIGNING_SECONDS: Final = 30


def signed(
    method: str, url: str, headers: Mapping[str, str], key: AwsKey, region: str, body: bytes = b""
) -> dict[str, str]:
    """Return `headers` plus those that sign a request. The path and query of `url` are already encoded.

    Raises UnsendableError for a key or a region that can't be used to sign.
    """
    try:
        return _signed(method, url, headers, key, region, hashlib.sha256(body).hexdigest())
    except (AwsCrtError, RuntimeError, ValueError) as error:
        raise UnsendableError from error


def _signed(
    method: str, url: str, headers: Mapping[str, str], key: AwsKey, region: str, body_digest: str
) -> dict[str, str]:
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    # awscrt signs the headers that it is given. Without Host the signature is refused.
    request = HttpRequest(method, target, HttpHeaders([("Host", parts.netloc), *headers.items()]))
    provider = AwsCredentialsProvider.new_static(key.access_key_id, key.secret, key.session_token or None)
    config = AwsSigningConfig(
        algorithm=AwsSigningAlgorithm.V4,
        signature_type=AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=provider,
        region=region,
        service="s3",
        # S3 expects a signature over the path as it is sent. Other AWS services encode it once more.
        use_double_uri_encode=False,
        should_normalize_uri_path=False,
        signed_body_value=body_digest,
        signed_body_header_type=AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256,
    )
    aws_sign_request(request, config).result(_SIGNING_SECONDS)
    return dict(request.headers)
