"""Values that must not be installed, and what is said of them."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.chart.helm import Helm, Values, make_values

from neo4j_restore import spec
from neo4j_restore.buckets import parse_bucket
from neo4j_restore.until import parse_until


def make_finalize(finalize: Values, **others: Any) -> Values:
    """Return values with the Job that finalizes."""
    return make_values(auth={"existingSecret": "login"}, finalize={"enabled": True, **finalize}, **others)


REFUSED: dict[str, tuple[Values, str]] = {
    "apoc-twice": (
        make_values(config={"apoc.a": "1"}, apocConfig={"apoc.a": "2"}),
        "config and apocConfig both set apoc.a: leave it out of config",
    ),
    "jvm-twice": (
        make_values(config={"server.jvm.additional": "-Da=1"}, jvmOptions=["-Db=2"]),
        "config sets server.jvm.additional, which jvmOptions sets too",
    ),
    "heap-of-java": (make_values(jvmOptions=["-Xmx4g"]), 'jvmOptions has "-Xmx4g", which Neo4j sets itself'),
    "more-than-the-limit": (
        make_values(
            config={"server.memory.heap.max_size": "4g", "server.memory.pagecache.size": "5000m"},
            resources={"limits": {"memory": "8Gi"}},
        ),
        "config gives heap and page cache 9096Mi, but resources.limits.memory is 8192Mi",
    ),
    "tls-of-3": (
        make_values(image={"tag": "3.5"}, tls={"bolt": {"secretName": "tls"}}),
        'tls.bolt.secretName needs Neo4j 4.0 or later, not image.tag "3.5"',
    ),
    "tls-twice": (
        make_values(tls={"https": {"secretName": "a"}}, config={"dbms.ssl.policy.https.enabled": True}),
        "config sets dbms.ssl.policy.https.enabled, which belongs to the certificate of tls.https",
    ),
    "idle-class": (
        make_values(service={"loadBalancerClass": "internal"}),
        "service.loadBalancerClass has no effect with service.type ClusterIP: clear it, or set LoadBalancer",
    ),
    "idle-ranges": (
        make_values(service={"type": "NodePort", "loadBalancerSourceRanges": ["10.0.0.0/8"]}),
        "service.loadBalancerSourceRanges has no effect with service.type NodePort",
    ),
    "idle-policy": (
        make_values(service={"externalTrafficPolicy": "Local"}),
        "service.externalTrafficPolicy has no effect with service.type ClusterIP",
    ),
    "idle-port": (
        make_values(service={"nodePorts": {"bolt": 30687}}),
        "service.nodePorts.bolt has no effect with service.type ClusterIP",
    ),
    "no-https": (
        make_values(service={"type": "NodePort", "nodePorts": {"https": 30473}}),
        "service.nodePorts.https has no port behind it: set tls.https.secretName",
    ),
    "no-host": (make_values(ingress={"enabled": True}), "ingress.enabled needs names of hosts: set ingress.hosts"),
    "no-gateway": (make_values(httpRoute={"enabled": True}), "httpRoute.enabled needs a Gateway"),
    "metrics-of-community": (make_values(metrics={"enabled": True}), "metrics.enabled needs Neo4j Enterprise"),
    "nothing-to-monitor": (
        make_values(metrics={"serviceMonitor": {"enabled": True}}),
        "metrics.serviceMonitor.enabled has nothing to read: set metrics.enabled",
    ),
    "idle-source": (
        make_values(data={"existingClaim": "old", "dataSource": {"kind": "VolumeSnapshot", "name": "a"}}),
        "data.dataSource has no effect with data.existingClaim, which makes no claim",
    ),
    "idle-claim-labels": (
        make_values(data={"emptyDir": True, "labels": {"a": "b"}}),
        "data.labels has no effect with data.emptyDir",
    ),
    "idle-retention": (
        make_values(data={"existingClaim": "old", "retention": {"whenDeleted": "Delete"}}),
        "data.retention has no effect without a claim of the StatefulSet",
    ),
    "own-claim-label": (
        make_values(data={"labels": {"helm.sh/chart": "a"}}),
        "data.labels sets helm.sh/chart, which the chart sets itself",
    ),
    "own-label": (
        make_values(commonLabels={"app.kubernetes.io/name": "graph"}),
        "commonLabels sets app.kubernetes.io/name, which the chart sets itself: leave it out",
    ),
    "label-twice": (
        make_values(commonLabels={"team": "graph"}, podLabels={"team": "graph"}),
        "podLabels sets team, which commonLabels sets for every pod: leave one out",
    ),
    "no-dns": (make_values(dnsPolicy="None"), "dnsPolicy None leaves the pod without DNS servers: set dnsConfig"),
    "idle-probe": (
        make_values(probes={"liveness": {"enabled": False, "override": {"tcpSocket": {"port": "bolt"}}}}),
        "probes.liveness.override has no effect with probes.liveness.enabled false",
    ),
    "finalize-variable": (
        make_finalize({"extraEnv": [{"name": "BOLT_URI", "value": "bolt://graph"}]}),
        "finalize.extraEnv sets a variable that the chart sets itself",
    ),
    "finalize-mount": (
        make_finalize({"extraVolumeMounts": [{"name": "a", "mountPath": "/login"}]}, extraVolumes=[{"name": "a"}]),
        'finalize.extraVolumeMounts mounts at /login, where the volume "login" is mounted',
    ),
    "no-bucket": (make_values({"bucket": ""}), "restore.bucket is empty"),
    "same-container": (
        make_values(initContainersAfter=[{"name": "a"}], extraContainers=[{"name": "neo4j"}]),
        'two containers of the pod are named "neo4j"',
    ),
    "no-database": (make_values({"database": ""}), "restore.database is empty"),
    "no-scheme": (make_values({"bucket": "backups/graph"}), "write gs://backups/graph, or set restore.cloudProvider"),
    "other-store": (
        make_values({"bucket": "ftp://backups"}),
        "write gs://bucket/path, s3://bucket/path, azb://account/container/path or file:///path",
    ),
    "other-cloud": (
        make_values({"bucket": "file:///backups", "cloudProvider": "gcp"}),
        'not a store of restore.cloudProvider "gcp"',
    ),
    "other-cloud-s3": (
        make_values({"bucket": "s3://backups", "cloudProvider": "gcp"}),
        'not a store of restore.cloudProvider "gcp"',
    ),
    "two-bundles": (
        make_values({"caBundle": {"configMapName": "a", "secretName": "b"}}),
        'names the ConfigMap "a" and the Secret "b"',
    ),
    "payer-s3": (
        make_values({"bucket": "s3://backups", "requesterPays": "my-project"}),
        'restore.requesterPays "my-project" is only for gs:// buckets',
    ),
    "payer-azb": (
        make_values({"bucket": "azb://account/container", "requesterPays": "true"}),
        "is only for gs:// and s3:// buckets",
    ),
    "payer-gs": (make_values({"requesterPays": True}), 'restore.requesterPays "true" is not a project'),
    "twice": (make_values({"database": "neo4j, neo4j"}), "names a database twice"),
    "reserved": (make_values({"database": "systems"}), "reserves names that start with system"),
    "always": (make_values({"forceOverwrite": "true"}), "at each restart of the pod"),
    "always-boolean": (make_values({"forceOverwrite": True}), "at each restart of the pod"),
    "idle-id": (make_values({"restoreId": "again"}), 'restore.restoreId "again" has no effect'),
    "reclaim-never": (
        make_values({"spaceMode": "reclaim"}),
        'needs restore.forceOverwrite "true", not "false"',
    ),
    "reclaim-once": (
        make_values({"spaceMode": "reclaim", "forceOverwrite": "once"}),
        'needs restore.forceOverwrite "true", not "once"',
    ),
    "reclaim-keep": (
        make_values({"spaceMode": "reclaim", "forceOverwrite": True, "acceptDataLoss": True, "keepPrevious": True}),
        "deletes the data that restore.keepPrevious would keep",
    ),
    "rollback-always": (
        make_values({"command": "rollback", "forceOverwrite": "true", "acceptDataLoss": True}),
        'restore.forceOverwrite "true" replaces it again at the next run',
    ),
    "rollback-empty-dir": (
        make_values({"command": "rollback"}, data={"emptyDir": True}),
        "restore.command rollback finds no data with data.emptyDir",
    ),
    "no-zone": (
        make_values({"notAfter": "2026-01-31T02:00:00"}),
        'restore.notAfter "2026-01-31T02:00:00" is not a time with a zone: write it as "2026-01-31T02:00:00Z"',
    ),
    "heap": (make_values({"heapSize": "1025g"}), 'restore.heapSize "1025g" is more than 1 TiB'),
    "heap-overflow": (make_values({"heapSize": "9" * 30 + "g"}), "is more than 1 TiB: write it as 512m or 2g"),
    "own-variable": (make_values({"extraEnv": [{"name": "BUCKET", "value": "b"}]}), "restore.extraEnv sets BUCKET"),
    "enabled": (make_values(enabled=False), "set restore.enabled: false for Neo4j without a restore"),
    "mount-of-the-chart": (
        make_values(
            {
                "caBundle": {"configMapName": "authorities"},
                "extraVolumeMounts": [{"name": "a", "mountPath": "/certificates"}],
            },
            extraVolumes=[{"name": "a", "emptyDir": {}}],
        ),
        'restore.extraVolumeMounts mounts at /certificates, where the volume "restore-certificates" is mounted',
    ),
    "mount-twice": (
        make_values(
            extraVolumes=[{"name": "a", "emptyDir": {}}],
            extraVolumeMounts=[{"name": "a", "mountPath": "/a"}, {"name": "a", "mountPath": "/a/"}],
        ),
        'extraVolumeMounts mounts at /a, where the volume "a" is mounted: choose another path',
    ),
    "mount-over-the-data": (
        make_values(
            extraVolumes=[{"name": "a", "emptyDir": {}}], extraVolumeMounts=[{"name": "a", "mountPath": "/data"}]
        ),
        'extraVolumeMounts mounts at /data, where the volume "data" is mounted',
    ),
    "no-volume": (
        make_values({"extraVolumeMounts": [{"name": "sets", "mountPath": "/sets"}]}),
        'restore.extraVolumeMounts mounts the volume "sets", which is not in extraVolumes',
    ),
    "volume-twice": (
        make_values(extraVolumes=[{"name": "logs", "emptyDir": {}}]),
        'extraVolumes has "logs", which is the name of another volume of the pod',
    ),
    "volume-data": (
        make_values(extraVolumes=[{"name": "data", "emptyDir": {}}]),
        'extraVolumes has "data", which is the name of another volume of the pod',
    ),
    "moved-data": (make_values(config={"server.directories.data": "/mnt"}), "config moves server.directories.data"),
    "two-volumes": (make_values(data={"emptyDir": True, "existingClaim": "old"}), "two volumes for /data"),
    "idle-budget": (
        make_values({"mode": "job", "into": ["data-a-0"]}, podDisruptionBudget={"enabled": True}),
        "podDisruptionBudget.enabled has no effect with restore.mode job",
    ),
    "idle-password": (make_values(auth={"enabled": False, "existingSecret": "password"}), "has no effect"),
}


@pytest.mark.parametrize(("values", "said"), REFUSED.values(), ids=REFUSED)
def test_a_bad_combination_is_refused_with_its_reason(helm: Helm, values: Values, said: str) -> None:
    refusal = helm.refusal(values)
    assert "error: a problem in the values:" in refusal
    assert said in refusal


def test_all_problems_are_said_at_once(helm: Helm) -> None:
    refusal = helm.refusal(
        {
            "restore": {"forceOverwrite": "true", "restoreId": "again"},
            "auth": {"enabled": False, "existingSecret": "password"},
            "data": {"emptyDir": True, "existingClaim": "old"},
        }
    )
    assert "error: 6 problems in the values:" in refusal
    for said in ("bucket is empty", "database is empty", "each restart", '"again"', '"password"', '"old"'):
        assert said in refusal


def test_a_rollback_at_every_start_is_taken_when_the_loss_is_accepted(helm: Helm) -> None:
    helm.template(make_values({"forceOverwrite": "true", "acceptDataLoss": True}))


def test_without_a_restore_its_values_are_not_asked_for(helm: Helm) -> None:
    helm.template({"restore": {"enabled": False, "forceOverwrite": "true", "spaceMode": "reclaim"}})


BUCKETS = {
    spec.Scheme.GCS: "gs://backups/graph",
    spec.Scheme.S3: "s3://backups/graph",
    spec.Scheme.AZURE: "azb://account/container",
    spec.Scheme.FILE: "file:///backups/graph",
}


@pytest.mark.parametrize("scheme", spec.Scheme)
def test_a_bucket_is_taken_if_the_image_reads_such_a_store(helm: Helm, scheme: spec.Scheme) -> None:
    helm.template(make_values({"bucket": BUCKETS[scheme]}))


def accepted(parse: Callable[[str], object], text: str) -> bool:
    """Return whether a rule of the image takes a text."""
    try:
        parse(text)
    except spec.Invalid:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        *("neo4j", "graph.db", "neo4j,system", " neo4j , system ", "a" * 63, "my-db.2"),
        *("Neo4j", "neo4j,Neo4j", "SYSTEM", "Systemx", "ne", "a" * 64, "1db", "neo4j,", ",neo4j", "neo4j;system"),
        *("neo4j,neo4j", "systemx", "a_b", "*"),
        *("staging=neo4j", " Staging = neo4j , system", "neo4j=neo4j", "system=system", "movies=neo4j,neo4j=movies"),
        *("staging=", "=neo4j", "a1b=b2c=c3d", "staging=system", "system=neo4j", "staging=systemx"),
        *("staging=neo4j,neo4j", "staging=neo4j,Staging=movies", "staging=neo*"),
    ],
)
def test_the_chart_takes_the_databases_that_the_image_takes(helm: Helm, text: str) -> None:
    done = helm.render(make_values({"database": text}))
    assert (done.returncode == 0) is accepted(spec.parse_databases, text), done.stderr


@pytest.mark.parametrize(
    "text",
    [
        *("2026-01-31T02:00:00Z", "2026-01-31T02:00:00+01:00", "2024-02-29t23:59:59.25z", "2026-01-31 02:00:00-11:30"),
        *("2026-01-31", "2026-01-31T02:00:00", "2026-02-29T02:00:00Z", "2026-13-01T02:00:00Z", "2026-01-31T24:01:00Z"),
        *("2026-01-31T02:00Z", "2026-01-31T02:00:00+24:00", "latest", "tomorrow", "1769824800", "Z"),
    ],
)
def test_the_chart_takes_the_times_that_the_image_takes(helm: Helm, text: str) -> None:
    done = helm.render(make_values({"notAfter": text}))
    assert (done.returncode == 0) is accepted(spec.parse_time, text), done.stderr


@pytest.mark.parametrize("key", ["timestamp", "restoreUntil"])
@pytest.mark.parametrize(
    "text",
    [
        *("2026-01-31T02:00:00Z", "2024-02-29 02:00:00+01:00", "2026-02-29T02:00:00Z", "2026-13-01T02:00:00Z"),
        *("2026-01-31T25:00:00Z", "2026-01-31T02:00:00+24:00", "2026-01-31 02:00", "2026-01-31T02:00:00.5Z"),
    ],
)
def test_the_chart_takes_a_time_in_a_request_if_the_image_takes_it(helm: Helm, key: str, text: str) -> None:
    parse = {"timestamp": spec.parse_timestamp, "restoreUntil": parse_until}[key]
    enterprise: Values = {"image": {"tag": "5.26.30-enterprise"}, "acceptLicenseAgreement": "yes"}
    done = helm.render(make_values({key: text}, **enterprise))
    assert (done.returncode == 0) is accepted(parse, text), done.stderr


@pytest.mark.parametrize("provider", ["gcp", "aws", "azure"])
@pytest.mark.parametrize(
    "text", ["ab", "abc", "Abc", "a-b/x", "a_b", "$root/x", "/abc/x", "a--b", "abc/./x", "abc/x@y", "abc/x:y@z"]
)
def test_a_bucket_without_a_scheme_is_judged_by_its_provider(helm: Helm, provider: str, text: str) -> None:
    done = helm.render(make_values({"bucket": text, "cloudProvider": provider}))
    assert (done.returncode == 0) is accepted(lambda bucket: parse_bucket(bucket, provider), text), done.stderr
