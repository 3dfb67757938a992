"""The figures of a rush as one table, medians over the turns, and the ratios that the promises are made of."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.engine_rush.long_day import Weighed
from tests.bench.engine_rush.rushes import Rush
from tests.bench.engine_rush.school_box import Beside
from tests.bench.machine import MEGABYTE
from tests.bench.table import ms, percentile

COLUMNS = ("makespan s", "first p50 s", "first p95 s", "done p50 s", "done p95 s", "tokens/s", "memory MB")
WIDTH = 46
PEERS = {"python": "llama_cpp.server"}
ASKED_PAGES = ("class home", "lesson")
PAGES_P99 = 0.1
STABLE = 8 * MEGABYTE


@dataclass(frozen=True)
class Target:
    """How much of the best llama-server and of llama_cpp.server this figure may be at most; 0 where none is set."""

    scenario: str
    column: str
    server: float
    python: float


TARGETS = (
    Target("cold", "makespan s", server=0.5, python=0.4),
    Target("cold", "first p95 s", server=0.2, python=0.2),
    Target("warm", "makespan s", server=0.85, python=0),
    Target("warm", "first p95 s", server=0.7, python=0),
    Target("one", "first p50 s", server=0.6, python=0.6),
    Target("ten", "makespan s", server=0.6, python=0.6),
)
RESTART_TARGET = 0.3

Figures = dict[str, float]
Medians = Mapping[str, Mapping[str, Figures]]
Results = Mapping[str, Mapping[str, Sequence[Rush]]]
"""By scenario and engine."""


def figures(turns: Sequence[Rush]) -> Figures:
    rows = [_of_one(turn) for turn in turns]
    return {column: statistics.median(row[column] for row in rows) for column in COLUMNS}


def _of_one(turn: Rush) -> Figures:
    values = (
        turn.makespan,
        statistics.median(turn.firsts),
        percentile(turn.firsts, 95),
        statistics.median(turn.dones),
        percentile(turn.dones, 95),
        turn.pieces / turn.makespan,
        turn.memory / MEGABYTE,
    )
    return dict(zip(COLUMNS, values, strict=True))


def table(scenario: str, by_engine: Mapping[str, Sequence[Rush]]) -> list[str]:
    lines = ["", f"{scenario}: medians of {max(map(len, by_engine.values()))} turns"]
    lines.append(f"  {'':<16}" + "".join(f"{column:>13}" for column in COLUMNS))
    for name, turns in by_engine.items():
        found = figures(turns)
        mark = "" if all(turn.is_full for turn in turns) else "  (some answers ended early)"
        spread = [turn.makespan for turn in turns]
        between = f"  makespans {min(spread):.1f}-{max(spread):.1f}" if len(turns) > 1 else ""
        lines.append(
            f"  {name:<16}" + "".join(f"{found[column]:>13.2f}" for column in COLUMNS) + between + mark
        )
    return lines


def targets(results: Results) -> list[str]:
    """Ratios of medians, for ours at its best in each figure and for each of ours; nothing without a peer."""
    medians = {
        scenario: {name: figures(turns) for name, turns in by_engine.items() if turns}
        for scenario, by_engine in results.items()
    }
    ours = sorted({name for found in medians.values() for name in found if name.startswith("ours")})
    rows = [row for target in TARGETS for row in _against_peers(target, medians, ours)]
    rows += _restart(medians, ours)
    if not rows:
        return []
    head = f"  {'':<{WIDTH}}{'at most':>9}{'best of ours':>16}" + "".join(f"{name:>16}" for name in ours)
    return ["", "targets: ratios of medians", head, *rows]


def _against_peers(target: Target, medians: Medians, ours: Sequence[str]) -> list[str]:
    found = medians.get(target.scenario, {})
    rows = []
    for kind, most in (("server", target.server), ("python", target.python)):
        peers = {name: row[target.column] for name, row in found.items() if name.startswith(kind)}
        if peers:
            best = min(peers, key=lambda name: peers[name])
            ratios = {name: found[name][target.column] / peers[best] for name in ours if name in found}
            rows += _row(f"{target.scenario}: {target.column} / {PEERS.get(best, best)}", most, ratios, ours)
    return rows


def _restart(medians: Medians, ours: Sequence[str]) -> list[str]:
    """The first question after a restart on a lesson seen before, against one on a lesson nobody has seen."""
    again, cold = medians.get("restart", {}), medians.get("one cold", {})
    column = "first p50 s"
    ratios = {
        name: again[name][column] / cold[name][column] for name in ours if name in again and name in cold
    }
    return _row("restart: first word / on a new lesson", RESTART_TARGET, ratios, ours)


def _row(what: str, most: float, ratios: Mapping[str, float], ours: Sequence[str]) -> list[str]:
    if not ratios:
        return []
    shown = [min(ratios.values()), *(ratios.get(name) for name in ours)]
    return [
        f"  {what:<{WIDTH}}{f'{most:.2f}' if most else '-':>9}"
        + "".join(f"{_verdict(ratio, most):>16}" for ratio in shown)
    ]


def _verdict(ratio: float | None, most: float) -> str:
    if ratio is None:
        return "-"
    met = ("met" if ratio <= most else "NOT met") if most else ""
    return f"{ratio:.2f} {met}".rstrip()


def beside(name: str, found: Beside) -> list[str]:
    """Pages of the box while a class asks, and without it."""
    crowd, written = found.crowd, [each for each in found.answers if each.backend == "local"]
    lines = [
        "",
        f"pages, {name}: {crowd.students} students, each a page every {crowd.each_seconds:g} s,"
        f" alone and while {crowd.asking} others ask",
        f"  {'':<{WIDTH}}{'pages':>9}{'p50':>16}{'p99':>16}{'worst':>16}",
    ]
    for page in ASKED_PAGES:
        for where, alone, rush in (
            ("in the server", found.alone, found.rush),
            ("as the browser sees it", found.seen_alone, found.seen_rush),
        ):
            lines.append(_spread(f"{page}, {where}, alone", alone[page]))
            lines.append(_spread(f"{page}, {where}, rush", rush[page]) + _page_verdict(where, rush[page]))
    spans = f"{min(found.makespans):.1f}-{max(found.makespans):.1f} s"
    lines.append(f"  rushes: {len(found.makespans)} of {spans}")
    lines.append(f"  written by the model: {len(written)} of {len(found.answers)} answers")
    return lines


def _spread(what: str, seconds: Sequence[float]) -> str:
    if not seconds:
        return f"  {what:<{WIDTH}}{0:>9}"
    shown = ms(statistics.median(seconds)), ms(percentile(seconds, 99)), ms(max(seconds))
    return f"  {what:<{WIDTH}}{len(seconds):>9}" + "".join(f"{figure:>16}" for figure in shown)


def _page_verdict(where: str, seconds: Sequence[float]) -> str:
    if not seconds or where != "in the server":
        return ""
    return f"  p99 under {ms(PAGES_P99)}: {'met' if percentile(seconds, 99) < PAGES_P99 else 'NOT met'}"


def weighed(name: str, looks: Sequence[Weighed]) -> list[str]:
    lines = [
        "",
        f"long, {name}: memory of the engine's child",
        f"  {'questions':>9}{'MB':>12}{'seconds':>12}",
    ]
    for look in looks:
        lines.append(f"  {look.questions:>9}{look.resident / MEGABYTE:>12.1f}{look.seconds:>12.1f}")
    grown = looks[-1].resident - looks[0].resident
    met = "met" if grown <= STABLE else "NOT met"
    most = f"at most {STABLE / MEGABYTE:.0f}"
    return [*lines, f"  grown since the first look: {grown / MEGABYTE:.1f} MB (stable, {most}: {met})"]
