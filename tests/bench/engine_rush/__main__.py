"""`make bench-engine`: our engine and its peers play the same class rush in turn, on one model file."""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from appliance.inference.local import Tuning
from appliance.operations.machine import cores
from tests.bench.engine_rush import report
from tests.bench.engine_rush.long_day import Weighed, long_day
from tests.bench.engine_rush.peers import Cache
from tests.bench.engine_rush.players import Machine, playing, tuning_of
from tests.bench.engine_rush.rushes import Rush, Size, opened, rush, single
from tests.bench.engine_rush.school_box import Beside, Crowd, pages_beside
from tests.bench.machine import MEGABYTE, described
from tests.made_models import ROOT, SHAPES

ENGINES = "ours-fast-30,ours-exact-30,server-4,server-8,server-30,server-8-kvu,python"
RUSHES = ("cold", "warm", "one", "ten", "restart")
SCENARIOS = (*RUSHES, "pages", "long")
QUICK: Mapping[str, Any] = {
    "engines": "ours-fast-30,ours-exact-30,server-4", "out": 64, "only": "cold,warm", "turns": 1,
}  # fmt: skip
ONES = 3
# A box is switched off some time after the last answer; what an engine keeps for later it may keep meanwhile.
IDLE_SECONDS = 5.0
LESSONS = 10
EACH_SECONDS = 5.0
# Words of the template and of the lesson's frame, and room for a tokenizer that cuts a word in two.
SPARE_CELLS = 136

Rushes = dict[str, dict[str, list[Rush]]]


@dataclass(frozen=True)
class Results:
    """By scenario and engine, and by engine."""

    rushes: Rushes = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    pages: dict[str, Beside] = field(default_factory=dict)
    long: dict[str, list[Weighed]] = field(default_factory=lambda: defaultdict(list))


async def play(given: argparse.Namespace, machine: Machine, results: Results) -> None:
    """The rushes in turn; pages and the long day, which have no peer, once each."""
    if set(RUSHES) & set(given.only.split(",")):
        await _rushes(given, machine, results.rushes)
    for name in [name for name in given.engines.split(",") if name.startswith("ours")]:
        if "pages" in given.only.split(","):
            _say(f"pages, {name}: starts")
            crowd = Crowd(given.students, EACH_SECONDS, given.page_seconds, given.questions)
            tuning = replace(tuning_of(name, machine), cells_per_slot=Tuning().cells_per_slot)
            results.pages[name] = await pages_beside(machine.model, tuning, crowd, given.out)
        if "long" in given.only.split(","):
            await _long(name, given, machine, results.long[name])


async def _long(name: str, given: argparse.Namespace, machine: Machine, looks: list[Weighed]) -> None:
    shutil.rmtree(machine.states, ignore_errors=True)
    _say(f"long, {name}: starts")
    async with playing(name, machine) as player:
        async for look in long_day(player, given.long_questions, given.questions):
            looks.append(look)
            _say(f"  after {look.questions} questions: {look.resident / MEGABYTE:.1f} MB")


async def _rushes(given: argparse.Namespace, machine: Machine, results: Rushes) -> None:
    names = given.engines.split(",")
    for turn in range(given.turns):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            shutil.rmtree(machine.states, ignore_errors=True)
            await _one_engine(name, given, machine, f"{turn}", results)


async def _one_engine(
    name: str, given: argparse.Namespace, machine: Machine, turn: str, results: Rushes
) -> None:
    size, only = Size(given.questions, given.shared, given.own, given.out), given.only.split(",")
    lesson = f"lesson-{turn}"
    _say(f"turn {turn}, {name}: starts")
    async with playing(name, machine) as player:

        def note(scenario: str, went: Rush) -> None:
            results[scenario][name].append(went)
            _say(
                f"  {scenario}: {went.makespan:.1f} s, first word {min(went.firsts):.2f}-{max(went.firsts):.2f} s"
            )

        if "cold" in only or "warm" in only:
            note("cold", await rush(player, size, [lesson], f"cold-{turn}"))
        if "warm" in only:
            note("warm", await rush(player, size, [lesson], f"warm-{turn}"))
        if "one" in only or "restart" in only:
            note("one cold", await single(player, size, f"{lesson}-one", f"one-{turn}"))
        if "one" in only:
            for number in range(ONES):
                note("one", await single(player, size, f"{lesson}-one", f"one-{turn}-{number}"))
        if "ten" in only:
            lessons = [f"{lesson}-{number}" for number in range(LESSONS)]
            note("ten", await rush(player, size, lessons, f"ten-{turn}"))
        if "restart" in only:
            opened(player, size, f"{lesson}-one")
            await asyncio.sleep(IDLE_SECONDS)
    if "restart" in only:
        async with playing(name, machine) as player:
            went = await single(player, size, f"{lesson}-one", f"again-{turn}")
            results["restart"][name].append(went)
            _say(f"  restart: first word {went.firsts[0]:.2f} s")


def show(results: Results, load: tuple[float, float, float]) -> None:
    rushes = results.rushes
    for scenario in ("cold", "warm", "ten", "one cold", "one", "restart"):
        if rushes[scenario]:
            print("\n".join(report.table(scenario, rushes[scenario])))
    for name, found in results.pages.items():
        print("\n".join(report.beside(name, found)))
    for name, looks in results.long.items():
        if looks:
            print("\n".join(report.weighed(name, looks)))
    if lines := report.targets(rushes):
        print("\n".join(lines))
    after = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    print(f"\nLoad of the machine before {', '.join(f'{number:.1f}' for number in load)}, after {after}.")
    print("With a load of its own beside the bench, or turns far apart, figures are worth little.")


def _keep(path: Path | None, results: Results) -> None:
    if path:
        path.write_text(json.dumps(vars(results), default=asdict, indent=1))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.engine_rush", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help=" ".join(f"--{name} {value}" for name, value in QUICK.items())
    )
    parser.add_argument("--shape", choices=SHAPES, default="qwen-0.5b")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--questions", type=int, default=30)
    parser.add_argument("--shared", type=int, default=700, help="tokens that all questions begin with")
    parser.add_argument("--own", type=int, default=60, help="tokens of each question")
    parser.add_argument("--out", type=int, default=128, help="tokens of each answer")
    parser.add_argument("--only", default=",".join(SCENARIOS), help=", ".join(SCENARIOS))
    parser.add_argument("--engines", default=ENGINES)
    parser.add_argument("--students", type=int, default=200, help="who load pages in the scenario pages")
    parser.add_argument(
        "--page-seconds", type=float, default=30.0, help="how long they do, alone and beside rushes"
    )
    parser.add_argument("--long-questions", type=int, default=2000, help="questions of the scenario long")
    parser.add_argument("--threads", type=int, default=cores())
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "peers")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every single figure, for other programs")
    if parser.parse_known_args()[0].quick:
        parser.set_defaults(**QUICK)
    return parser.parse_args()


def main() -> int:
    given = _arguments()
    cache = Cache(given.cache.absolute())
    cache.fetch_source()
    if "server" in given.engines:
        cache.build_server()
    model, load = cache.model(given.shape), os.getloadavg()
    results = Results()
    print(
        f"{model.name}, {given.threads} threads, {given.questions} questions within 2 s, {given.shared} shared and"
    )
    print(f"{given.own} own tokens, {given.out} out; on {described()}", flush=True)
    with tempfile.TemporaryDirectory() as states:
        cells = given.shared + given.own + given.out + SPARE_CELLS
        machine = Machine(cache, model, given.threads, cells, Path(states) / "states")
        try:
            asyncio.run(play(given, machine, results))
        except KeyboardInterrupt:
            _say("Stopped: what was played so far follows.")
        finally:
            _keep(given.json, results)
            show(results, load)
    return 0


if __name__ == "__main__":
    sys.exit(main())
