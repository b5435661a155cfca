"""The entry point of the command. It imports nothing first, so Ctrl-C during the imports gives no traceback either."""

import os

# The exit code that shells use for a command ended by Ctrl-C. `errors` has it too, but is not imported yet.
_INTERRUPTED = 130


def main() -> int:
    """Run the command line and return the exit code."""
    try:
        from neo4j_scenarios import cli

        return cli.main()
    except KeyboardInterrupt:
        os.write(2, b"interrupted: no file is half written. Run it again\n")
        return _INTERRUPTED
