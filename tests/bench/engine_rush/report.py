"""The figures of a rush as one table, medians over the turns, and the ratios that the promises are made of."""

import statistics
from collections.abc import Mapping, Sequence

from tests.bench.engine_rush.rushes import Rush
from tests.bench.table import percentile

COLUMNS = ("makespan s", "first p50 s", "first p95 s", "done p50 s", "done p95 s", "tokens/s", "memory MB")
MEGABYTE = 1024 * 1024
# By scenario: which figure, and how much of the best llama-server and of llama_cpp.server it may be at most.
PROMISES: Mapping[str, tuple[tuple[str, str, float], ...]] = {
    "cold": (
        ("makespan s", "server", 0.5), ("makespan s", "python", 0.4),
        ("first p95 s", "server", 0.2), ("first p95 s", "python", 0.2),
    ),
    "warm": (("makespan s", "server", 0.85), ("first p95 s", "server", 0.7)),
    "ten": (("makespan s", "server", 0.6), ("makespan s", "python", 0.6)),
    "one": (("first p50 s", "server", 0.6), ("first p50 s", "python", 0.6)),
}  # fmt: skip
RESTART_PROMISE = 0.3

Figures = dict[str, float]


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
    return [*lines, *ratios(scenario, by_engine)]


def ratios(scenario: str, by_engine: Mapping[str, Sequence[Rush]]) -> list[str]:
    """Ours at its best in this figure against the other at its best."""
    found = {name: figures(turns) for name, turns in by_engine.items()}
    lines = []
    for column, against, most in PROMISES.get(scenario, ()):
        ours = _best(found, "ours", column)
        theirs = _best(found, against, column)
        if ours is not None and theirs is not None:
            lines.append(_promise(f"{column} / best {against}", ours / theirs, most))
    return lines


def restart(cold: Mapping[str, Sequence[Rush]], again: Mapping[str, Sequence[Rush]]) -> list[str]:
    """The first question after a restart on a lesson seen before, against one on a lesson nobody has seen."""
    lines = ["", "restart: first word after it, on a lesson seen before / on a new one"]
    for name in again:
        ratio = statistics.median(
            seen.firsts[0] / new.firsts[0] for seen, new in zip(again[name], cold[name], strict=False)
        )
        lines.append(
            _promise(name, ratio, RESTART_PROMISE) if name.startswith("ours") else f"  {name}: {ratio:.2f}"
        )
    return lines


def _best(found: Mapping[str, Figures], kind: str, column: str) -> float | None:
    return min((row[column] for name, row in found.items() if name.startswith(kind)), default=None)


def _promise(what: str, ratio: float, most: float) -> str:
    return f"  {what}: {ratio:.2f} (at most {most:.2f}: {'kept' if ratio <= most else 'NOT kept'})"
