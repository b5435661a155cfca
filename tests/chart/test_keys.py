"""Every key changes what is rendered, by one call of Helm for all keys."""

import json
import shutil
from pathlib import Path as Folder

import yaml
from tests.chart import schema
from tests.chart.helm import CHART, CI_FILES, Helm, Values, at, load, make_values, merged, without
from tests.chart.schema import DEFAULTS, Path

# Renders all templates for each of many values, and writes a checksum of each result.
TEMPLATE = """
{{- $given := .Files.Get "variants.json" | fromJson }}
{{- range $name, $values := $given.variants }}
{{- $root := dict "Values" $values "Chart" $.Chart "Release" $.Release "Capabilities" $.Capabilities "Files" $.Files }}
{{- $text := "" }}
{{- range $given.templates }}
{{- $root = merge (dict "Template" (dict "BasePath" $.Template.BasePath "Name" .)) $root }}
{{- $text = print $text (include (print $.Template.BasePath "/" .) $root) }}
{{- end }}
{{ $name }}: {{ sha256sum $text }}
{{- end }}
"""


def checksums(helm: Helm, folder: Folder, variants: dict[str, Values]) -> dict[str, str]:
    """Return a checksum of what the chart makes of each of the values: objects, notes and problems."""
    copy = folder / CHART.name
    shutil.copytree(CHART, copy)
    templates = copy / "templates"
    names = [str(path.relative_to(templates)) for path in templates.rglob("*") if path.suffix in {".yaml", ".txt"}]
    rules = templates / "_validate.tpl"
    # Problems of one of the values must not end the rendering of all.
    rules.write_text(rules.read_text(encoding="utf-8").replace(" | fail -}}", " -}}"), encoding="utf-8")
    (copy / "variants.json").write_text(
        json.dumps({"templates": sorted(names), "variants": variants}), encoding="utf-8"
    )
    (templates / "variants.yaml").write_text(TEMPLATE, encoding="utf-8")
    documents = yaml.load_all(helm.text(make_values(), chart=copy), yaml.CSafeLoader)
    (document,) = (item for item in documents if item and item.keys() == variants.keys())
    sums: dict[str, str] = document
    return sums


def sets(values: Values, path: Path) -> bool:
    """Return whether values have a key with something else than its default."""
    try:
        return bool(at(values, path) != at(DEFAULTS, path))
    except KeyError:
        return False


def idle(helm: Helm, folder: Folder, paths: list[Path], examples: dict[str, Values]) -> list[Path]:
    """Return the keys without an effect in any of the examples."""
    variants = {name: merged(DEFAULTS, values) for name, values in examples.items()}
    owners: dict[str, tuple[Path, str]] = {}
    for path in paths:
        for name, values in examples.items():
            if sets(values, path):
                owners[f"{name}/{'.'.join(path)}"] = (path, name)
                variants[f"{name}/{'.'.join(path)}"] = merged(DEFAULTS, without(values, path))
    sums = checksums(helm, folder, variants)
    active = {path for key, (path, name) in owners.items() if sums[key] != sums[name]}
    return [path for path in paths if path not in active]


def test_every_key_makes_a_difference_in_some_example(helm: Helm, tmp_path: Folder) -> None:
    examples = {file.name: load(file) for file in CI_FILES}
    most = {"all-values.yaml": examples.pop("all-values.yaml")}
    rest = idle(helm, tmp_path / "most", list(schema.knobs()), most)
    assert rest, "the example with every key has one of two keys that exclude each other"
    assert idle(helm, tmp_path / "rest", rest, examples) == []
