"""Makes the table in the chart's README from the comments of values.yaml: `python -m tests.chart.values_table`."""

import json

from tests.chart.helm import CHART, at
from tests.chart.schema import DEFAULTS, Path, knobs

README = CHART / "README.md"
BEGIN, END = "<!-- values -->\n", "<!-- /values -->"


def comments(text: str) -> dict[Path, str]:
    """Return the comment above each key of a values file, by the path of the key. It is empty if there is none."""
    texts: dict[Path, str] = {}
    path: Path = ()
    above: list[str] = []
    for line in text.splitlines():
        content = line.strip()
        if content.startswith("#"):
            above.append(content.removeprefix("#").strip())
            continue
        key, colon, _ = content.partition(":")
        if colon and not content.startswith("-"):
            path = (*path[: (len(line) - len(line.lstrip())) // 2], key)
            texts[path] = " ".join(above)
        above = []
    return texts


def table() -> str:
    """Return the rows: key, default, meaning."""
    meanings = comments((CHART / "values.yaml").read_text(encoding="utf-8"))
    rows = ["| key | default | meaning |", "|---|---|---|"]
    rows += [f"| `{'.'.join(path)}` | `{json.dumps(at(DEFAULTS, path))}` | {meanings[path]} |" for path in knobs()]
    return "\n".join(rows) + "\n"


def readme() -> str:
    """Return the README with the table as it should be."""
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    README.write_text(readme(), encoding="utf-8")
