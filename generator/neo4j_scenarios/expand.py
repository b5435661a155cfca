"""Texts with `{{ … }}` in them -> what they stand for: Jinja's expressions, in a sandbox, undefined names refused."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import did_you_mean
from neo4j_scenarios.layers import BUILT_IN, GROUP, REGION, VARIABLES

if TYPE_CHECKING:
    import jinja2

_OPEN: Final = "{{"

# Operators that make much of little; and what is not the same at every build.
_BOMBS: Final = frozenset({"*", "**", "%"})
_FICKLE: Final = ("random", "pprint", "center", "indent", "format")

# What Python raises where an expression asks for what its operands can't do, or is nested without end.
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
    """Return `text` with its expressions worked out; a text without any is itself.

    names: what expressions may name: texts, or a mapping of texts. Raises Invalid with what is not known, or wrong.
    """
    if "{%" in text or "{#" in text:
        message = "has a statement or a comment of Jinja: expressions in {{ }} alone are worked out"
        raise Invalid(message)
    if _OPEN not in text:
        return text
    import jinja2

    try:
        template, asked = _compiled(text)
        return template.render(names)
    except jinja2.UndefinedError as error:
        missing = sorted(asked.difference(names))
        message = _unknown(missing[0], names) if missing else f"asks for what is not there: {error.message}"
        raise Invalid(message) from error
    except Invalid:
        raise
    except (jinja2.TemplateError, *_FAILURES) as error:
        reason = (str(error).splitlines() or ["it fails"])[0]
        message = f"has an expression that can't be worked out: {reason}"
        raise Invalid(message) from error


def _unknown(name: str, names: Mapping[str, object]) -> str:
    if name in (GROUP, REGION):
        return f"names the {name}, and the cluster has none"
    if name == VARIABLES:
        return f"names {VARIABLES}, and each variable is known by its own name: {{{{ x }}}}"
    if name in BUILT_IN:
        return f"names {name}, which is not known here"
    return did_you_mean(name, BUILT_IN.union(names))


@lru_cache(maxsize=4096)
def _compiled(text: str) -> "tuple[jinja2.Template, frozenset[str]]":
    from jinja2 import meta

    environment = _environment()
    return environment.from_string(text), frozenset(meta.find_undeclared_variables(environment.parse(text)))


@cache
def _environment() -> "jinja2.Environment":
    from jinja2 import StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        """No way out to Python, and no large texts of small ones."""

        intercepted_binops = _BOMBS

        def call_binop(self, context: object, operator: str, left: Any, right: Any) -> Any:
            message = f"the operator {operator!r} is not allowed"
            raise SecurityError(message)

    environment = Sandbox(undefined=StrictUndefined, finalize=_plain, keep_trailing_newline=True)
    environment.globals.clear()
    for name in _FICKLE:
        environment.filters.pop(name)
    return environment


def _plain(value: object) -> object:
    # Python's text of anything else may hold an address, which is another at each build.
    if isinstance(value, str | int | float | bool):
        return value
    import jinja2

    if isinstance(value, jinja2.Undefined):
        return value  # raises UndefinedError when it becomes text
    message = f"a {type(value).__name__} is no text"
    raise TypeError(message)
