"""The identity for AWS, in the order that AWS's own programs use.

First a key, then the role of a pod's token, then pod identity, then the node's role. The requests are made here and not
by awscrt's chain, whose error says only that all of it failed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from neo4j_restore import scrub
from neo4j_restore.credentials import AwsKey
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.settings import Access
from neo4j_restore.stores.aws.hosts import domain
from neo4j_restore.stores.errors import StoreErrors, one_line
from neo4j_restore.stores.http import Http
from neo4j_restore.stores.keyfiles import read_aws
from neo4j_restore.stores.parsing import parse_xml
from neo4j_restore.stores.refreshing import Refreshing
from neo4j_restore.stores.tokens import TokenEndpoint, text_of

_WAYS: Final = (
    "mount an AWS credentials file and name it in CREDENTIALS_FILE, or give the pod's service account a role "
    "(eks.amazonaws.com/role-arn for IRSA, or a pod identity association)"
)

# Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
_CONTAINER: Final = "http://169.254.170.2"
_PLAIN_HOSTS: Final = {"localhost", "127.0.0.1", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"}

# Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
_NODE: Final = "http://169.254.169.254"

Fetch = Callable[[], tuple[AwsKey, float]]


class AwsIdentity:
    """A key to sign with. region: from a key file, or empty."""

    def __init__(self, key: Callable[[], AwsKey], region: str = "") -> None:
        """Take the function that returns the key."""
        self.key = key
        self.region = region


def find(access: Access, http: Http, errors: StoreErrors) -> AwsIdentity:
    """Return the identity, and set its name in `errors`. Makes no request. Raises ConfigurationError for a bad file."""
    environment = access.identity
    shared = environment.get("AWS_SHARED_CREDENTIALS_FILE")
    # The file of our own variable comes before the one of AWS's programs.
    file = access.credentials or (Path(shared) if shared else None)
    if file:
        file_key = read_aws(file, access.secret if access.credentials else "")
        errors.identity = f"the access key {file_key.access_key_id} in {file}"
        return AwsIdentity(lambda: file_key, file_key.region)
    key_id = environment.get("AWS_ACCESS_KEY_ID", "")
    if key_id:
        return _static(key_id, environment, errors)
    return AwsIdentity(Refreshing(_fetch(access, http, errors)).now)


def _static(key_id: str, environment: Mapping[str, str], errors: StoreErrors) -> AwsIdentity:
    secret = environment.get("AWS_SECRET_ACCESS_KEY", "")
    if not secret:
        message = "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not"
        raise ConfigurationError(message, hint="set both, or neither")
    errors.identity = f"the access key {key_id} of the environment"
    key = AwsKey(key_id, secret, environment.get("AWS_SESSION_TOKEN", ""))
    return AwsIdentity(lambda: key)


def _fetch(access: Access, http: Http, errors: StoreErrors) -> Fetch:
    environment = access.identity
    role, token = environment.get("AWS_ROLE_ARN", ""), environment.get("AWS_WEB_IDENTITY_TOKEN_FILE", "")
    if role and token:
        errors.identity = f"the role {role} of the pod's service account"
        region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or access.region
        # AWS recommends the endpoint of a region. Without a region there is only the global one.
        default = f"https://sts.{region}.{domain(region)}" if region else "https://sts.amazonaws.com"
        url = environment.get("AWS_ENDPOINT_URL_STS", default)
        hint = f"check that {role} trusts the cluster's issuer, and this namespace and service account"
        endpoint = TokenEndpoint(http, errors, "AWS STS", hint)
        name = environment.get("AWS_ROLE_SESSION_NAME", "neo4j-restore")
        return lambda: _assumed(endpoint, url, {"RoleArn": role, "RoleSessionName": name}, token)
    url = _container_url(environment)
    if url:
        errors.identity = "the pod's identity"
        hint = "check that the service account has a pod identity association, and that its role may be assumed"
        return lambda: _of_container(
            TokenEndpoint(http, errors, "the pod identity agent", hint, direct=True), url, environment
        )
    errors.identity = "the node's role"
    return lambda: _of_node(
        TokenEndpoint(http, errors, "the node's metadata server", _WAYS, direct=True, last=True), environment
    )


def _assumed(endpoint: TokenEndpoint, url: str, role: Mapping[str, str], token_file: str) -> tuple[AwsKey, float]:
    """Return a key for the pod's token, from AWS's token service.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    """
    form = {"Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", **role}
    body = endpoint.ask(
        "POST", f"{url}/", {}, {**form, "WebIdentityToken": endpoint.read(token_file)}, reason=_sts_reason
    )
    root = parse_xml(body)
    credentials = root.find(".//Credentials") if root is not None else None
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
    texts = [credentials.findtext(name, "") for name in names] if credentials is not None else []
    return _key(endpoint, texts)


def _sts_reason(body: bytes) -> str:
    root = parse_xml(body)
    code = root.findtext(".//Code", "") if root is not None else ""
    text = root.findtext(".//Message", "") if root is not None else ""
    return one_line(f"{code}: {text}") if code else ""


def _container_url(environment: Mapping[str, str]) -> str:
    relative = environment.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    url = f"{_CONTAINER}{relative}" if relative else environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")
    parts = urlsplit(url)
    # EKS and ECS use http on addresses of the node itself. Any other host would see the token on the network.
    if parts.scheme == "http" and parts.hostname not in _PLAIN_HOSTS:
        message = (
            f"AWS_CONTAINER_CREDENTIALS_FULL_URI names the host {parts.hostname}, which would get a token over http://"
        )
        raise ConfigurationError(message, hint="EKS and ECS set it. For another host, use an https:// URL")
    return url


def _of_container(endpoint: TokenEndpoint, url: str, environment: Mapping[str, str]) -> tuple[AwsKey, float]:
    file = environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "")
    token = endpoint.read(file) if file else environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
    body = endpoint.ask(
        "GET", url, {"Authorization": token} if token else {}, reason=lambda body: text_of(body, "message")
    )
    return _key(endpoint, endpoint.fields(body, "AccessKeyId", "SecretAccessKey", "Token", "Expiration"))


def _of_node(endpoint: TokenEndpoint, environment: Mapping[str, str]) -> tuple[AwsKey, float]:
    if environment.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        switched_off = endpoint.error("is switched off, and there is no other identity")
        raise switched_off
    base = environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", _NODE).rstrip("/")
    name = "X-aws-ec2-metadata-token"
    # A session token first (IMDSv2): many nodes refuse requests without one.
    token = endpoint.ask("PUT", f"{base}/latest/api/token", {f"{name}-ttl-seconds": "21600"}).decode("ascii", "replace")
    scrub.learn(token)
    path = f"{base}/latest/meta-data/iam/security-credentials/"
    # One line: an instance profile has exactly one role.
    role = endpoint.ask("GET", path, {name: token}).decode("ascii", "replace").strip()
    body = endpoint.ask("GET", f"{path}{role}", {name: token})
    return _key(endpoint, endpoint.fields(body, "AccessKeyId", "SecretAccessKey", "Token", "Expiration"))


def _key(endpoint: TokenEndpoint, texts: list[str]) -> tuple[AwsKey, float]:
    try:
        key_id, secret, session, ends = texts
        expires = datetime.fromisoformat(ends).timestamp()
    except ValueError:
        misunderstood = endpoint.error("sent an answer that is not understood", transient=True)
    else:
        return AwsKey(key_id, secret, session), expires
    # Raised outside of `except`. As its context, the ValueError could quote the key.
    raise misunderstood
