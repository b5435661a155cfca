"""Writes the man pages and shell completion of both commands, which the wheel installs below `share/`.

They are made from the commands themselves, for `make package`: `python -m tools.package.share FOLDER`.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import shtab
from typer._completion_shared import get_completion_script

from neo4j_restore import command_line
from neo4j_scenarios.cli import COMMANDS

_SHELLS = {
    "bash": "bash-completion/completions/{}",
    "zsh": "zsh/site-functions/_{}",
    "fish": "fish/vendor_completions.d/{}.fish",
}

_ABOUT = {
    "neo4j-restore": "restore Neo4j databases from backups in cloud storage",
    "neo4j-scenarios": "write Helm values files for Neo4j that restores its databases from a backup",
}


def files() -> dict[str, str]:
    """Return the text of each file by its path below `share/`."""
    commands = {"neo4j-restore": tuple(command_line.COMMANDS), "neo4j-scenarios": tuple(COMMANDS)}
    pages = {f"man/man1/{name}.1": _man(name, subcommands) for name, subcommands in commands.items()}
    return {**pages, **_completions()}


def write(folder: Path) -> None:
    """Write all files below the folder."""
    for path, text in files().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _completions() -> Mapping[str, str]:
    parser = command_line.parser()
    made = {}
    for shell, path in _SHELLS.items():
        made[path.format("neo4j-restore")] = shtab.complete(parser, shell).rstrip() + "\n"
        script = get_completion_script(
            prog_name="neo4j-scenarios", complete_var="_NEO4J_SCENARIOS_COMPLETE", shell=shell
        )
        made[path.format("neo4j-scenarios")] = script.rstrip() + "\n"
    return made


def _man(name: str, commands: tuple[str, ...]) -> str:
    """Return the page: the command's own help, and that of each of its commands, as they print it."""
    lines = [f'.TH {name.upper()} 1 "" "neo4j-restore {version("neo4j-restore")}"', ".SH NAME"]
    lines += [f"{_roff(name)} \\- {_roff(_ABOUT[name])}", ".SH SYNOPSIS", f".B {_roff(name)}", "[OPTIONS] COMMAND"]
    lines += [".SH DESCRIPTION", *_shown(name)]
    for command in commands:
        lines += [f".SH {_roff(name.upper())} {_roff(command.upper())}", *_shown(name, command)]
    return "\n".join(lines) + "\n"


def _shown(name: str, *command: str) -> list[str]:
    program = Path(sys.executable).with_name(name)
    environment = {**os.environ, "COLUMNS": "100", "TERMINAL_WIDTH": "100"}
    done = subprocess.run(
        [program, *command, "--help"], env=environment, capture_output=True, text=True, check=True
    ).stdout
    return [".nf", *(_roff(line) for line in done.rstrip().splitlines()), ".fi"]


def _roff(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


if __name__ == "__main__":
    write(Path(sys.argv[1]))
