"""YAML: data -> text that reads the same under every version of YAML, and text -> data."""

import json
import re
from typing import Any, Final

import yaml

# The safe loader in C, where PyYAML was built with it.
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Some YAML takes the words left out here for a boolean or for nothing.
_PLAIN_KEY: Final = re.compile(r"(?!(y|n|yes|no|on|off|true|false|null)$)[a-z][a-z0-9./-]*", re.IGNORECASE)


def parse_yaml(text: str) -> Any:
    """Return the data in `text`, read as safely as `yaml.safe_load` does, and faster."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - one of the two safe loaders


def toyaml(value: Any, indent: int | None = None) -> str:
    """Return `value` as YAML: a scalar on its line, or with `indent` (columns) a block without a line's end.

    Strings are always in double quotes, as in JSON: no YAML takes "false", "no", "5.26" or "12:30" for something else.
    """
    if indent is None or not isinstance(value, dict | list) or not value:
        return json.dumps(value, ensure_ascii=False)
    pad = " " * indent
    if isinstance(value, list):
        return "\n".join(f"{pad}- {toyaml(item, indent + 2).lstrip()}" for item in value)
    return "\n".join(f"{pad}{_key(key)}:{_nested(item, indent + 2)}" for key, item in value.items())


def _nested(value: Any, indent: int) -> str:
    text = toyaml(value, indent)
    return f"\n{text}" if text.startswith(" ") else f" {text}"


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)
