"""Options of the commands that write a folder of files for a fleet."""

from dataclasses import dataclass

from neo4j_scenarios.commands.options import MOST_RESTORES, Check, Force, Json, KeepGoing, MaxRestores, Prune, Quiet
from neo4j_scenarios.commands.outcome import Manner


@dataclass(frozen=True)
class Writing:
    """How the files are written and what is printed: the last options in the help of such a command."""

    check: Check = False
    prune: Prune = False
    force: Force = False
    keep_going: KeepGoing = False
    max_restores: MaxRestores = MOST_RESTORES
    as_json: Json = False
    quiet: Quiet = False

    def manner(self, *, replaces: bool = False) -> Manner:
        """Return the same for `outcome`. replaces: each file replaces its cluster's data."""
        quiet = self.quiet or self.as_json
        return Manner(self.check, self.prune, self.force, self.as_json, quiet, self.max_restores, replaces)
