"""The command `secret`: it writes the manifest of the Secret with a bucket's key."""

from pathlib import Path
from typing import Annotated

import typer

from neo4j_scenarios.commands.delivery import deliver, show
from neo4j_scenarios.commands.options import File, Force, Json, Quiet
from neo4j_scenarios.inputs.fields import access


def secret(
    key_file: Annotated[
        Path,
        typer.Option(
            "--key-file", metavar="KEY-FILE", help="key file of Google, AWS or Azure to read", show_default=False
        ),
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="name of the Secret")] = access.DEFAULT_SECRET,
    namespace: Annotated[
        str,
        typer.Option("--namespace", metavar="NAMESPACE", help="its namespace [default: kubectl's]", show_default=False),
    ] = "",
    secret_key: Annotated[
        str,
        typer.Option(
            "--secret-key",
            metavar="NAME",
            help="name of the key in the Secret [default: credentials.json for Google, credentials for the others]",
            show_default=False,
        ),
    ] = "",
    output: File = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """write the manifest of the Secret with a bucket's key"""
    from neo4j_scenarios.secret import manifest

    text = manifest(key_file, name, namespace, secret_key)
    if output is None:
        show(text, as_json)
    else:
        deliver({output: text}, check=False, force=force, as_json=as_json, quiet=quiet, mode=0o600)
