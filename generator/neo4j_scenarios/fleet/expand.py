"""Evaluates the `{{ … }}` in texts: Jinja expressions, in a sandbox. Undefined names are refused."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import did_you_mean
from neo4j_scenarios.fleet.layers import BUILT_IN, GROUP, REGION, VARIABLES

if TYPE_CHECKING:
    import jinja2

_OPEN: Final = "{{"

# An expression is refused before it can cost much. We count its names, filters and calls, and assume that each gives as
# much as the longest text the expression knows. Only `join` and `replace` make longer texts: they check their result's
# length before they make it.
MOST_CHARS: Final = 16 * 1024
_MOST_WORK_CHARS: Final = 1024 * 1024

_OPERATORS: Final = frozenset({"*", "**", "%"})

_FILTERS: Final = (
    "abs", "capitalize", "count", "d", "default", "first", "int", "last", "length", "list", "lower", "max", "min",
    "reverse", "sort", "string", "title", "trim", "unique", "upper",
)  # fmt: skip

_METHODS: Final = frozenset(
    {
        "capitalize", "count", "endswith", "find", "get", "isdigit", "join", "lower", "lstrip", "partition",
        "removeprefix", "removesuffix", "replace", "rpartition", "rsplit", "rstrip", "split", "startswith", "strip",
        "title", "upper",
    }
)  # fmt: skip

# Python raises these for an expression that its operands do not support, or that is nested too deeply.
_FAILURES: Final = (
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    SyntaxError,
    MemoryError,
)


def expand(text: str, names: Mapping[str, object]) -> str:
    """Return `text` with its expressions evaluated. A text without any is returned as it is.

    names: the texts, or mappings of texts, that expressions may use. Raises Invalid with the unknown name or the fault.
    """
    if "{%" in text or "{#" in text:
        message = "has a Jinja statement or comment: only expressions in {{ }} are allowed"
        raise Invalid(message)
    if _OPEN not in text:
        return text
    if len(text) > MOST_CHARS:
        message = f"has {len(text)} characters, but a text with an expression may have at most {MOST_CHARS}"
        raise Invalid(message)
    import jinja2

    try:
        compiled = _compiled(text)
        _refuse_work(compiled, names)
        return compiled.template.render(names)
    except jinja2.UndefinedError as error:
        missing = sorted(compiled.names.difference(names))
        message = _unknown(missing[0], names) if missing else f"uses something that is not there: {error.message}"
        raise Invalid(message) from error
    except Invalid:
        raise
    except (jinja2.TemplateError, *_FAILURES) as error:
        reason = (str(error).splitlines() or ["it fails"])[0]
        message = f"has an expression that can't be evaluated: {reason}"
        raise Invalid(message) from error


def _unknown(name: str, names: Mapping[str, object]) -> str:
    if name in (GROUP, REGION):
        return f"uses the {name}, but the cluster has none"
    if name == VARIABLES:
        return f"uses {VARIABLES}, but a variable is used by its own name: {{{{ x }}}}"
    if name in BUILT_IN:
        return f"uses {name}, which is not available here"
    return did_you_mean(name, BUILT_IN.union(names))


class _Compiled(NamedTuple):
    """An expression: the names it uses, how many operands it has, and whether it can lengthen a text."""

    template: "jinja2.Template"
    names: frozenset[str]
    operands: int
    lengthens: bool


@lru_cache(maxsize=4096)
def _compiled(text: str) -> _Compiled:
    from jinja2 import meta, nodes

    environment = _environment()
    tree = environment.parse(text)
    filters = {node.name for node in tree.find_all(nodes.Filter)}
    attributes = {node.attr for node in tree.find_all(nodes.Getattr)}
    operands = sum(1 for _ in tree.find_all((nodes.Name, nodes.Filter, nodes.Call)))
    lengthens = bool(_BOUNDED.keys() & (filters | attributes))
    return _Compiled(
        environment.from_string(text), frozenset(meta.find_undeclared_variables(tree)), operands, lengthens
    )


def _refuse_work(compiled: _Compiled, names: Mapping[str, object]) -> None:
    """Raise Invalid if all operands together might make too much text."""
    texts = (names[name] for name in compiled.names if name in names)
    longest_name = max(
        (max(map(len, text.values()), default=0) if isinstance(text, Mapping) else len(str(text)) for text in texts),
        default=0,
    )
    longest = MOST_CHARS if compiled.lengthens else longest_name
    if compiled.operands * longest > _MOST_WORK_CHARS:
        message = f"has {compiled.operands} operands of up to {longest} characters, which is too much work"
        raise Invalid(message)


@cache
def _environment() -> "jinja2.Environment":
    import jinja2
    from jinja2 import StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        """A sandbox from which no expression reaches Python, or makes a large text of small ones."""

        intercepted_binops = _OPERATORS

        def call_binop(self, context: object, operator: str, left: Any, right: Any) -> Any:
            message = f"the operator {operator!r} is not allowed"
            raise SecurityError(message)

        def call(self, context: Any, target: Any, *arguments: Any, **named: Any) -> Any:
            if isinstance(target, jinja2.Undefined):
                return super().call(context, target, *arguments, **named)
            owner, name = getattr(target, "__self__", None), getattr(target, "__name__", "")
            if not isinstance(owner, str | dict) or name not in _METHODS:
                message = f"the method {name!r} is not allowed: expected one of {', '.join(sorted(_METHODS))}"
                raise SecurityError(message)
            if name in _BOUNDED:
                return _BOUNDED[name](owner, *arguments, **named)
            return super().call(context, target, *arguments, **named)

    environment = Sandbox(undefined=StrictUndefined, finalize=_plain, keep_trailing_newline=True)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    environment.filters |= {"join": _join_items, "replace": _replace}
    return environment


def _join(separator: str, items: Iterable[object]) -> str:
    texts = [str(item) for item in items]
    _refuse_long(sum(map(len, texts)) + len(separator) * max(len(texts) - 1, 0))
    return separator.join(texts)


def _join_items(items: Iterable[object], separator: str = "") -> str:
    return _join(str(separator), items)


def _replace(text: object, old: str, new: str, count: int = -1) -> str:
    whole = str(text)
    times = whole.count(old) if count < 0 else min(whole.count(old), count)
    _refuse_long(len(whole) + times * max(len(new) - len(old), 0))
    return whole.replace(old, new, count)


def _refuse_long(chars: int) -> None:
    if chars > MOST_CHARS:
        message = f"it would make a text of {chars} characters, but {MOST_CHARS} is the most"
        raise ValueError(message)


_BOUNDED: Final[Mapping[str, Callable[..., str]]] = {"join": _join, "replace": _replace}


def _plain(value: object) -> object:
    # Python's text of any other object may contain its address, which differs at each build.
    if isinstance(value, str | int | float | bool):
        return value
    import jinja2

    if isinstance(value, jinja2.Undefined):
        return value  # it raises UndefinedError when it becomes text
    message = f"a {type(value).__name__} is not a text"
    raise TypeError(message)
