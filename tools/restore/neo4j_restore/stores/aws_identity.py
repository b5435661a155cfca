"""Who we are to AWS: a key from a file or the environment."""

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.settings import Settings
from neo4j_restore.stores.http import Errors, Http
from neo4j_restore.stores.keyfiles import AwsKey, read_aws


class Identity:
    """A key that is there for good."""

    def __init__(self, key: AwsKey) -> None:
        """Take the key."""
        self._key = key
        self.region = key.region

    def key(self) -> AwsKey:
        """Return the key to sign with now."""
        return self._key


def find(settings: Settings, http: Http, errors: Errors) -> Identity:
    """Return the key to sign with. Raises ConfigurationError."""
    environment = settings.identity
    if settings.credentials:
        key = read_aws(settings.credentials)
        errors.identity = f"the access key {key.access_key_id} in {settings.credentials}"
        return Identity(key)
    access, secret = environment.get("AWS_ACCESS_KEY_ID", ""), environment.get("AWS_SECRET_ACCESS_KEY", "")
    if access and secret:
        errors.identity = f"the access key {access} of the environment"
        return Identity(AwsKey(access, secret, environment.get("AWS_SESSION_TOKEN", "")))
    message = "there is no identity for s3://: neither CREDENTIALS_FILE nor AWS_ACCESS_KEY_ID is set"
    raise ConfigurationError(message, hint="name a key")
