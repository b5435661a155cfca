"""Facts of databases, made by hand, and a fleet of any size that looks like one."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from neo4j_scenarios.pin import Pin
from neo4j_scenarios.report.rows import Facts
from neo4j_scenarios.survey.drills import Drill

NOW = datetime(2026, 8, 22, 14, 0, tzinfo=UTC)
GIB = 1024**3


def make_pin(age: timedelta = timedelta(hours=12), size_bytes: int = 40 * GIB, **changes: Any) -> Pin:
    """Return a set of this age."""
    time = NOW - age
    stamp = f"{time:%Y-%m-%d-%H:%M:%S}"
    url = f"gs://backups/prod/neo4j-{stamp}.tar.gz"
    pin: dict[str, Any] = {
        "object": url,
        "generation": "1",
        "checksum": "crc32c:AAAAAA==",
        "stamp": stamp,
        "kind": "archive",
    }
    return Pin(**{**pin, "size_bytes": size_bytes, "time": f"{time:%Y-%m-%dT%H:%M:%SZ}", **changes})


def make_drill(age: timedelta = timedelta(days=3), seconds: float = 200) -> Drill:
    """Return a drill of 40 GiB."""
    return Drill(NOW - age, "gs://backups/prod/neo4j.tar.gz", 40 * GIB, seconds)


def make_trend(*sizes: int) -> tuple[tuple[datetime, int], ...]:
    """Return sets of these sizes, one a night, the last one of tonight."""
    return tuple((NOW - timedelta(days=len(sizes) - 1 - at), size) for at, size in enumerate(sizes))


def make_facts(**changes: Any) -> Facts:
    """Return the facts of `neo4j` in `eu-1`: its set is of 12 hours ago, and so is allowed to be a day old."""
    facts: dict[str, Any] = {
        "cluster": "eu-1",
        "database": "neo4j",
        "bucket": "gs://backups/prod",
        "rpo_seconds": 86400.0,
    }
    return Facts(**{**facts, "latest": make_pin(), **changes})


def a_fleet(size: int) -> list[Facts]:
    """Return so many databases of made-up clusters, the same each time, some in every state."""
    draw = random.Random(7)  # noqa: S311 - draws a made-up fleet
    return [_one(draw, at) for at in range(size)]


def _one(draw: random.Random, at: int) -> Facts:
    group, region = (
        draw.choice(["prod", "prod", "staging", "dev"]),
        draw.choice(["eu-west-1", "us-east-4", "ap-south-1"]),
    )
    cluster = f"{group}-{region.partition('-')[0]}-{at:04}"
    base: dict[str, Any] = {
        "cluster": cluster,
        "database": draw.choice(["neo4j", "neo4j", "orders", "system"]),
        "group": group,
    }
    base |= {
        "region": region,
        "bucket": f"gs://acme-{group}-backups/{cluster}",
        "labels": {"env": group, "team": draw.choice("abcd")},
    }
    fate = draw.random()
    if fate < 0.01:
        reason = f"cannot list gs://acme-{group}-backups/{cluster}/ with the workload's identity: 403 no access"
        return Facts(**base, problem=reason)
    if fate < 0.02:
        return Facts(**base, rpo_seconds=86400)
    size_bytes, growth = draw.lognormvariate(2.5, 1.4) * GIB, draw.uniform(-0.01, 0.03)
    age = timedelta(hours=draw.uniform(0.2, 23) if fate < 0.93 else draw.uniform(25, 900))
    sizes = [int(size_bytes * (1 + growth) ** (day - 89) * draw.uniform(0.97, 1.03)) for day in range(90)]
    jump = draw.random()
    refused = "its header can't be read" if draw.random() < 0.02 else ""
    sizes[-1] = int(sizes[-1] * (0.4 if jump < 0.02 else 2.6 if jump > 0.98 else 1))
    times = [NOW - age - timedelta(days=89 - day) for day in range(90)]
    trend = tuple(each for each in zip(times, sizes, strict=True) if draw.random() > 0.03 or each[0] == times[-1])
    latest = make_pin(age, sizes[-1])
    facts: dict[str, Any] = {**base, "latest": latest, "trend": trend, "count": len(trend), "refused": refused}
    facts["rpo_seconds"] = None if group == "dev" else 86400.0
    if group != "dev":
        behind = draw.choice([0, 0, 1, 7, 21])
        pin = latest if not behind else make_pin(age + timedelta(days=behind), sizes[89 - behind])
        facts |= {"pin": pin, "held": pin if draw.random() > 0.02 else None}
    if draw.random() < 0.4:
        facts["drill"] = make_drill(timedelta(days=draw.uniform(1, 60)), draw.uniform(150, 600))
    return Facts(**facts)
