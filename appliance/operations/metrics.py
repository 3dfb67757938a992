"""How the box does, in the text that Prometheus reads: counts and seconds, never a name or a text."""

import hmac
import ipaddress
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from appliance import VERSION
from appliance.inference.queue import Priority
from appliance.inference.router import Router
from appliance.operations import machine
from appliance.storage.database import Database
from appliance.storage.histograms import Histogram

STATES = ("ready", "loading", "off", "failed")
JOB_STATES = ("waiting", "running", "done", "failed")

Labels = Mapping[str, str]
Sample = tuple[str, Labels, float]


@dataclass(frozen=True)
class Family:
    """`samples` carry what follows the family's name, such as `_bucket`, then labels and value."""

    name: str
    kind: str
    help: str
    samples: tuple[Sample, ...]

    def lines(self) -> Iterator[str]:
        yield f"# HELP chalkbox_{self.name} {self.help}"
        yield f"# TYPE chalkbox_{self.name} {self.kind}"
        for suffix, labels, value in self.samples:
            named = ",".join(f'{label}="{text}"' for label, text in labels.items())
            yield f"chalkbox_{self.name}{suffix}{{{named}}} {_number(value)}".replace("{}", "")


def may_read(address: str, given: str, key: str) -> bool:
    """This machine itself, or whoever has the key; without a key nobody else."""
    try:
        is_here = ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_here = False
    return is_here or bool(key and hmac.compare_digest(given.encode(), key.encode()))


def text(families: Iterable[Family]) -> str:
    return "".join(f"{line}\n" for family in families for line in family.lines())


def of_requests(statuses: Mapping[str, int], seconds: Histogram) -> list[Family]:
    by_class = [("", {"status": status}, float(count)) for status, count in sorted(statuses.items())]
    return [
        Family("requests_total", "counter", "Requests by class of status.", tuple(by_class)),
        _histogram("request_seconds", "Until an answer began to go out.", {"": seconds}),
    ]


def of_helper(router: Router, crashes: int | None) -> list[Family]:
    figures, line, state = router.figures, router.line(), router.status()["state"]
    people = [
        ("", {"kind": kind, "state": state}, float(count))
        for kind, counts in line.kinds.items()
        for state, count in counts.items()
    ]
    outcomes = [
        ("", {"kind": _kind(priority), "outcome": word}, float(count))
        for (priority, word), count in sorted(figures.outcomes.items())
    ]
    circuits = [("", {"backend": name}, float(is_open)) for name, is_open in router.circuits.items()]
    return [
        Family("questions", "gauge", "In line and being answered, by kind.", tuple(people)),
        _one("slots", "Answers that are written at the same time.", line.slots),
        _one("expected_seconds", "Until somebody who came now would read a first word.", line.seconds),
        _histogram("wait_seconds", "In line.", {_kind(p): each for p, each in figures.waits.items()}),
        _histogram(
            "first_word_seconds",
            "From the slot to the first word.",
            {_kind(p): each for p, each in figures.first_words.items()},
        ),
        Family("answers_total", "counter", "How questions ended.", tuple(outcomes)),
        _one("answer_pieces_total", "Written, about one for each token.", figures.pieces, "counter"),
        _one("answer_pieces_per_second", "In one answer, as measured lately.", line.rate),
        Family(
            "engine_state",
            "gauge",
            "Which of its states the engine is in.",
            tuple(("", {"state": known}, float(known == state)) for known in STATES),
        ),
        _one("engine_faults_total", "Answers that the engine broke off.", figures.faults, "counter"),
        *(
            [_one("engine_crashes_total", "Ends of the engine's process.", crashes, "counter")]
            if crashes is not None
            else []
        ),
        Family("circuit_open", "gauge", "Whether an engine is given a rest.", tuple(circuits)),
    ]


async def of_box(db: Database, data: Path) -> list[Family]:
    rows = await db.fetch_all("SELECT state, count(*) AS jobs FROM jobs GROUP BY state")
    known = {str(row["state"]): float(row["jobs"]) for row in rows}
    jobs = tuple(("", {"state": state}, known.get(state, 0.0)) for state in JOB_STATES)
    return [
        Family("info", "gauge", "The version that runs.", (("", {"version": VERSION}, 1.0),)),
        Family("jobs", "gauge", "Work in the background, by state.", jobs),
        _one("database_bytes", "The database with its log.", _database_bytes(db.path)),
        _one("disk_free_bytes", "On the disk of the data folder.", machine.disk_free(data)),
    ]


def _database_bytes(path: Path) -> int:
    parts = (path, path.with_name(f"{path.name}-wal"))
    return sum(os.path.getsize(part) for part in parts if part.exists())


def _one(name: str, help: str, value: float, kind: str = "gauge") -> Family:
    return Family(name, kind, help, (("", {}, float(value)),))


def _histogram(name: str, help: str, by_kind: Mapping[str, Histogram]) -> Family:
    samples: list[Sample] = []
    for kind, seconds in by_kind.items():
        labels = {"kind": kind} if kind else {}
        samples += [
            ("_bucket", {**labels, "le": _number(bound)}, float(count)) for bound, count in seconds.buckets()
        ]
        samples += [("_sum", labels, seconds.sum), ("_count", labels, float(seconds.count))]
    return Family(name, "histogram", help, tuple(samples))


def _kind(priority: Priority) -> str:
    return priority.name.lower()


def _number(value: float) -> str:
    return "+Inf" if math.isinf(value) else f"{value:.10g}"
