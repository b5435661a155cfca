"""Writes data as YAML that means the same in every version of YAML, and parses YAML."""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

# The safe loader in C, if PyYAML was built with it.
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_resolver: Final = yaml.resolver.Resolver()

# PyYAML gives these tags to plain texts. Helm does not, but for `<<` as a key.
_TIME: Final = "tag:yaml.org,2002:timestamp"
_MERGE: Final = "tag:yaml.org,2002:merge"
_VALUE: Final = "tag:yaml.org,2002:value"
_TEXTS: Final = frozenset({_TIME, _MERGE, _VALUE})

# Some versions of YAML read the words excluded here as a boolean or as null.
_PLAIN_KEY: Final = re.compile(r"(?!(y|n|yes|no|on|off|true|false|null)$)[a-z][a-z0-9./-]*", re.IGNORECASE)


def parse_yaml(text: str) -> Any:
    """Return the data in `text`, as `yaml.safe_load` does. Raises yaml.YAMLError.

    Our data has no anchors, tags and merge keys. Such data is built from the parser's events, which is three times as
    fast.
    """
    loader = _Loader(text)
    try:
        return _document(loader.get_event)
    except _NotPlainError:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - one of the two safe loaders
    finally:
        loader.dispose()


class _NotPlainError(Exception):
    """The text has something that only PyYAML's own constructor handles."""


def _document(get: Callable[[], Any]) -> Any:
    get()  # the stream begins
    if isinstance(get(), StreamEndEvent):
        return None
    data = _data(get(), get)
    get()  # the document ends
    if not isinstance(get(), StreamEndEvent):
        raise _NotPlainError
    return data


def _data(event: Any, get: Callable[[], Any]) -> Any:
    # The events have exactly these types. This is done for each of hundred values of each file of a fleet.
    kind = type(event)
    if kind is AliasEvent or event.anchor is not None or event.tag is not None:
        raise _NotPlainError
    if kind is ScalarEvent:
        return _scalar(event.value) if event.implicit[0] else event.value
    if kind is SequenceStartEvent:
        items = []
        while type(event := get()) is not SequenceEndEvent:
            items.append(_data(event, get))
        return items
    entries = {}
    while type(event := get()) is not MappingEndEvent:
        if type(event) is not ScalarEvent:
            raise _NotPlainError
        key = _data(event, get)
        entries[key] = _data(get(), get)
    return entries


@lru_cache(maxsize=4096)
def helm_scalar(text: str, tag: str = "") -> Any:
    """Return what Helm takes a scalar without quotes for: a time, `=` and `<<` are the texts that they are.

    tag: the tag in the file, if it has one. Raises ValueError for a number that is not valid.
    """
    kind = tag or _tag(text)
    if kind in _TEXTS:
        return text
    try:
        return _constructed(text, kind)
    except (LookupError, ValueError) as error:
        raise ValueError(text) from error


def _tag(text: str) -> Any:
    return _resolver.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call] # the stubs have gaps


@lru_cache(maxsize=4096)
def _scalar(text: str) -> Any:
    """Return the value of a scalar without quotes."""
    tag = _tag(text)
    if tag in {_MERGE, _VALUE}:
        raise _NotPlainError
    return _constructed(text, tag)


def _constructed(text: str, tag: str) -> Any:
    return yaml.constructor.SafeConstructor().construct_document(yaml.ScalarNode(tag, text))


def toyaml(value: Any, indent: int | None = None) -> str:
    """Return `value` as YAML: on one line, or with `indent` (in columns) as a block without a final line feed.

    Strings are always in double quotes, as in JSON. No parser then reads "no", "5.26" or "12:30" as another type.
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
