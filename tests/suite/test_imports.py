"""What several files use is in a module of its own: no test module is imported by another."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_no_module_of_tests_is_imported() -> None:
    pattern = re.compile(r"^\s*(?:from|import) (tests\.(?:\w+\.)*test_\w+)", re.MULTILINE)
    imported = [
        f"{path.relative_to(TESTS)}: {name}"
        for path in TESTS.rglob("*.py")
        for name in pattern.findall(path.read_text())
    ]
    assert imported == []
