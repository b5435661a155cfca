"""The pages of the site, in the order in which they are read, and what each is for."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Page:
    """A page. path: in the repository. about: what a reader finds there."""

    section: str
    path: str
    title: str
    about: str


PAGES = (
    Page("Start", "README.md", "Overview", "what it is, a try in a minute, how to use each part, what it promises"),
    Page("Start", "charts/neo4j-restore/README.md", "The chart", "install, values, restarts, jobs, limits, rollback"),
    Page(
        "Start",
        "generator/README.md",
        "The generator",
        "values files for one cluster or thousands: every command and input",
    ),
    Page(
        "Start",
        "tools/restore/README.md",
        "The image",
        "variables, commands, JSON, layouts of sets, stores, how to build it",
    ),
    Page("Operate", "docs/operations.md", "Operations", "what happens at each start, and when a restore is needed"),
    Page("Operate", "docs/worst-day.md", "The worst day", "from the alarm to the end of an incident, step by step"),
    Page("Operate", "docs/exit-codes.md", "Exit codes", "what each exit code means, and what to do"),
    Page(
        "Operate", "docs/compatibility.md", "Compatibility", "which versions, formats and editions work, by the tests"
    ),
    Page("Operate", "docs/benchmarks.md", "Benchmarks", "how fast it is, against what else there is"),
    Page("Understand", "docs/architecture.md", "Architecture", "parts, layers, where to look first"),
    Page("Understand", "docs/decisions.md", "Decisions", "why it is built in this way, and what would change that"),
    Page("Contribute", "CONTRIBUTING.md", "Contributing", "how to test and what a change has to pass"),
    Page(
        "Contribute", "docs/adding.md", "Adding something", "which files a new chart, store, format or variable needs"
    ),
    Page("Contribute", "RELEASE.md", "Releasing", "the steps of a release"),
    Page("Contribute", "SECURITY.md", "Security", "how to report a vulnerability, and what counts as one"),
    Page("Contribute", "CHANGELOG.md", "Changes", "what each version changed"),
)


def scenarios(root: Path = ROOT) -> tuple[Page, ...]:
    """Return a page for each ready-made scenario, by its own title."""
    readmes = sorted(root.glob("scenarios/*/README.md"))
    return tuple(Page("Scenarios", str(path.relative_to(root)), _title(path), _first_line(path)) for path in readmes)


def llms() -> str:
    """Return llms.txt: the pages with what is in them, for programs that read the project."""
    lines = ["# neo4j-restore", ""]
    lines += ["> Restores Neo4j databases on Kubernetes from backups in cloud storage: a Helm chart, a generator of"]
    lines += ["> values files, and the image that finds, verifies and restores a backup before Neo4j starts.", ""]
    for section in dict.fromkeys(page.section for page in PAGES):
        lines += [f"## {section}", ""]
        lines += [f"- [{page.title}]({page.path}): {page.about}" for page in PAGES if page.section == section]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def _title(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ").strip()


def _first_line(path: Path) -> str:
    rest = path.read_text(encoding="utf-8").partition("\n")[2].strip()
    return rest.partition("\n\n")[0].replace("\n", " ")
