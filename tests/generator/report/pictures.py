"""Pictures of what people see, for the site: the fleet report, and the wizard in a terminal."""

import html
import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.generator.report.browser import Browser

_COMMAND = Path(sys.executable).with_name("neo4j-scenarios")

# The wizard ends each question so, and then waits.
_PROMPTS = (": ", "> ", "? ")

_PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #16262e; color: #d7e3e4; font: 15px/1.45 'DejaVu Sans Mono', monospace; }}
pre {{ margin: 0; padding: 24px; white-space: pre-wrap; }}
</style><pre>{}</pre>"""


def report(browser: Browser, page: Path, picture: Path) -> None:
    """Write what the first screen of a report looks like."""
    browser.open(page, width=1280, height=900)
    browser.screenshot(picture)


def wizard(browser: Browser, folder: Path, picture: Path) -> str:
    """Write what the wizard looks like in a terminal, and return its text."""
    text = dialogue(["single-instance", "", "gs://graph-backups/production", "neo4j,system"], folder)
    page = folder / "wizard.html"
    page.write_text(_PAGE.format(html.escape(text)), encoding="utf-8")
    browser.open(page, width=1100, height=min(1400, 60 + 22 * len(text.splitlines())))
    browser.screenshot(picture)
    return text


def dialogue(answers: list[str], folder: Path) -> str:
    """Return what a terminal shows while a person gives these answers, and then only presses Enter."""
    ours, theirs = pty.openpty()
    argv = [str(_COMMAND), "new", "--interactive", "--output", "values.yaml"]
    with subprocess.Popen(argv, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown, waiting = "", iter(answers)
        while chunk := _read(ours):
            shown += chunk
            if shown.endswith(_PROMPTS):
                os.write(ours, f"{next(waiting, '')}\n".encode())
    os.close(ours)
    assert process.returncode == 0, shown
    return shown.replace("\r\n", "\n")


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 4096).decode()
    except OSError:  # Linux says so when the program has ended
        return ""
