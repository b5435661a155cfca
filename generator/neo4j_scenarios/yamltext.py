"""YAML: data -> text that reads the same under every version of YAML, and text -> data."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Final

import yaml

# The safe loader in C, where PyYAML was built with it.
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_resolver: Final = yaml.resolver.Resolver()

# Some YAML takes the words left out here for a boolean or for nothing.
_PLAIN_KEY: Final = re.compile(r"(?!(y|n|yes|no|on|off|true|false|null)$)[a-z][a-z0-9./-]*", re.IGNORECASE)


def parse_yaml(text: str) -> Any:
    """Return the data in `text`, as `yaml.safe_load` does. Raises yaml.YAMLError.

    Data without anchors, tags and merge keys, as ours is, is built of the parser's events, three times as fast.
    """
    try:
        events = yaml.parse(text, Loader=_Loader)
        next(events)  # the stream begins
        if isinstance(next(events), yaml.StreamEndEvent):
            return None
        data = _data(next(events), events)
        next(events)  # the document ends
        if isinstance(next(events), yaml.StreamEndEvent):
            return data
    except _NotPlainError:
        pass
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - one of the two safe loaders


class _NotPlainError(Exception):
    """The text has something that PyYAML is to make sense of by itself."""


def _data(event: Any, events: Iterator[Any]) -> Any:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None or event.tag is not None:
        raise _NotPlainError
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event.value) if event.implicit[0] else event.value
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_data(event, events))
        return items
    entries = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent):
            raise _NotPlainError
        key = _data(event, events)
        entries[key] = _data(next(events), events)
    return entries


@lru_cache(maxsize=4096)
def _scalar(text: str) -> Any:
    """Return what a scalar without quotes is."""
    tag = _resolver.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call] # the stubs have gaps
    if tag in {"tag:yaml.org,2002:merge", "tag:yaml.org,2002:value"}:
        raise _NotPlainError
    return yaml.constructor.SafeConstructor().construct_document(yaml.ScalarNode(tag, text))


def toyaml(value: Any, indent: int | None = None) -> str:
    """Return `value` as YAML: a scalar on its line, or with `indent` (columns) a block without a line's end.

    Strings are always in double quotes, as in JSON: no YAML takes "false", "no", "5.26" or "12:30" for something else.
    """
    if isinstance(value, str):
        return encode_basestring(value)
    if indent is None or not isinstance(value, dict | list) or not value:
        return json.dumps(value, ensure_ascii=False)
    pad = " " * indent
    if isinstance(value, list):
        return "\n".join(f"{pad}- {toyaml(item, indent + 2).lstrip()}" for item in value)
    return "\n".join(f"{pad}{_key(key)}:{_nested(item, indent + 2)}" for key, item in value.items())


def _nested(value: Any, indent: int) -> str:
    text = toyaml(value, indent)
    return f"\n{text}" if text.startswith(" ") else f" {text}"


@lru_cache(maxsize=4096)
def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else encode_basestring(key)
