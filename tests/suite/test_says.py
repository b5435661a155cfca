"""The assertion `says` fails for each expectation that is not met, and then shows the command's output in full."""

import subprocess

import pytest
from tests.support.says import Words, says

DONE = subprocess.CompletedProcess(["program"], 12, "a table", "error: no such set\ntry: another one")


def test_what_is_as_expected_passes() -> None:
    says(DONE, 12, "error: no such set", "another one", printed="table", unsaid=("Traceback", "warning"))


@pytest.mark.parametrize(
    ("code", "words", "printed", "unsaid", "reason"),
    [
        (0, (), (), (), "exit code 12, expected 0"),
        (12, ("no such set", "no such bucket"), (), (), "standard error does not say: no such bucket"),
        (12, (), "a list", (), "standard output does not say: a list"),
        (12, (), (), ("Traceback", "try:"), "standard error should not say: try:"),
    ],
    ids=["code", "words", "printed", "unsaid"],
)
def test_what_is_not_is_told_with_the_whole_output(
    code: int, words: tuple[str, ...], printed: Words, unsaid: Words, reason: str
) -> None:
    with pytest.raises(AssertionError) as raised:
        says(DONE, code, *words, printed=printed, unsaid=unsaid)
    assert str(raised.value).splitlines()[0] == reason
    assert all(text in str(raised.value) for text in ("exit code 12", DONE.stdout, DONE.stderr))
