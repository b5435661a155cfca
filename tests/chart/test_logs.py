"""Logs on stdout: a configuration of Log4j that Neo4j reads, with the loggers and layouts of its version."""

import xml.etree.ElementTree as ET

import pytest
from tests.chart.helm import Helm, Object, env, make_values, mounts, volumes


def appenders(helm: Helm, *stdout: str, tag: str = "5.26.30") -> dict[str, ET.Element]:
    """Return the appenders of the configuration by the logger that uses them. `Root` is the debug log."""
    rendered = helm.template(make_values(image={"tag": tag}, logs={"stdout": list(stdout)}))
    root = ET.fromstring(rendered.only("ConfigMap")["data"]["server-logs.xml"])  # noqa: S314 - rendered just now
    named = {each.attrib["name"]: each for each in root.findall("Appenders/*")}
    loggers = root.findall("Loggers/*")
    return {each.get("name", each.tag): named[each.find("AppenderRef").attrib["ref"]] for each in loggers}  # type: ignore[union-attr]


def test_the_logs_that_are_asked_for_go_to_stdout_and_the_others_to_files(helm: Helm) -> None:
    by_name = appenders(helm, "debug", "security")
    assert {name: each.tag for name, each in by_name.items()} == {
        "Root": "Console",
        "SecurityLogger": "Console",
        "QueryLogger": "RollingRandomAccessFile",
        "HttpLogger": "RollingRandomAccessFile",
    }
    files = {each.attrib["fileName"].rpartition("/")[2] for each in by_name.values() if "fileName" in each.attrib}
    assert files == {"query.log", "http.log"}


@pytest.mark.parametrize(("tag", "layout"), [("5.26.30", "Neo4jDebugLogLayout"), ("2026.08.1", "JsonTemplateLayout")])
def test_the_debug_log_has_the_layout_of_the_version(helm: Helm, tag: str, layout: str) -> None:
    assert appenders(helm, "debug", tag=tag)["Root"].find(layout) is not None


def test_neo4j_reads_it_and_restarts_when_it_changes(helm: Helm) -> None:
    checksums = []
    for logs in (["debug"], ["debug", "query"]):
        rendered = helm.template(make_values(podAnnotations={"team": "graph"}, logs={"stdout": logs}))
        name = rendered.only("ConfigMap")["metadata"]["name"]
        assert volumes(rendered.pod)["logs-config"]["configMap"] == {"name": name}
        path = mounts(rendered.neo4j)["logs-config"]["mountPath"]
        assert env(rendered.neo4j)["NEO4J_server_logs_config"] == f"{path}/server-logs.xml"
        template: Object = rendered.workload()["spec"]["template"]["metadata"]
        assert template["annotations"]["team"] == "graph"
        checksums.append(template["annotations"]["checksum/logs"])
    assert checksums[0] != checksums[1]


def test_without_one_nothing_is_configured(helm: Helm) -> None:
    rendered = helm.template(make_values())
    assert "ConfigMap" not in {item["kind"] for item in rendered}
    assert "NEO4J_server_logs_config" not in env(rendered.neo4j)


@pytest.mark.parametrize("tag", ["4.4.48", "3.5"])
def test_it_is_refused_for_versions_whose_logs_are_not_log4j_s(helm: Helm, tag: str) -> None:
    expected = f'logs.stdout needs Neo4j 5 or later, not image.tag "{tag}": clear it, and print the files of /logs'
    assert expected in helm.refusal(make_values(image={"tag": tag}, logs={"stdout": ["debug"]}))


def test_two_configurations_of_logs_are_refused(helm: Helm) -> None:
    values = make_values(config={"server.logs.config": "/mine.xml"}, logs={"stdout": ["debug"]})
    assert "config sets server.logs.config, which logs.stdout sets too: leave one out" in helm.refusal(values)
