"""Where the command starts: before anything is imported, so that Ctrl-C ends also the imports without a traceback."""

import os

# The exit code of a command that Ctrl-C ended, as shells have it; `errors` is not imported yet.
_INTERRUPTED = 130


def main() -> int:
    """Run the command line and return the exit code."""
    try:
        from neo4j_scenarios import cli

        return cli.main()
    except KeyboardInterrupt:
        os.write(2, b"interrupted: no file is half written; run it again\n")
        return _INTERRUPTED
