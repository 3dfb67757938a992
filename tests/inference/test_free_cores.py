"""The engine gives up a thread where another program takes its core, and takes it back afterwards."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.inference.free_cores import LONGEST_LOOK, LOOK_SECONDS, TICKS, FreeCores

A_LOOK = LOOK_SECONDS + 0.1


@dataclass
class Machine:
    """Counts by hand: seconds that passed, that others took on the first core, that the engine took."""

    counts: Path
    now: float = 64.0
    others: float = 0.0
    engine: float = 0.0

    def pass_by(self, seconds: float, others: float, engine: float) -> None:
        """`others` and `engine` in cores."""
        self.now += seconds
        self.others += others * seconds
        self.engine += engine * seconds
        rows = ["cpu  1 1 1 1 1 1 1 1 0 0"]
        # nice, user, system, idle, waiting for the disk, interrupts, stolen by the machine below, guests
        busy = round((self.others + self.engine) * TICKS)
        rows += [
            f"cpu0 {busy} 0 0 7000 500 0 0 0 9 9",
            "cpu1 0 0 0 9000 100 0 0 0 0 0",
            "cpu2 9999 0 0 0 0 0 0 0",
        ]
        self.counts.write_text("\n".join([*rows, "intr 12 0 0"]))

    def cores(self, most: int = 2) -> FreeCores:
        return FreeCores(most, {0, 1}, lambda: self.now, self.counts, lambda: self.engine)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path / "stat")
    machine.pass_by(1, 0, 0)
    return machine


@pytest.mark.parametrize(("others", "threads"), [(0.0, 2), (0.4, 2), (0.7, 1), (1.0, 1), (1.9, 1)])
def test_as_many_threads_as_others_leave_cores(machine: Machine, others: float, threads: int) -> None:
    cores = machine.cores()
    machine.pass_by(A_LOOK, others, 2 - others)
    assert cores.threads() == threads


def test_a_core_that_is_free_again_is_used_again(machine: Machine) -> None:
    cores = machine.cores()
    machine.pass_by(A_LOOK, 1, 1)
    assert cores.threads() == 1
    machine.pass_by(A_LOOK, 0, 1)
    assert cores.threads() == 2


def test_between_two_looks_nothing_changes(machine: Machine) -> None:
    cores = machine.cores()
    machine.pass_by(LOOK_SECONDS / 2, 1, 1)
    assert cores.threads() == 2


def test_what_was_before_a_long_pause_says_nothing(machine: Machine) -> None:
    cores = machine.cores()
    machine.pass_by(A_LOOK, 1, 1)
    assert cores.threads() == 1
    machine.pass_by(LONGEST_LOOK + 1, 1, 0)
    assert cores.threads() == 2


def test_where_the_kernel_says_nothing_all_are_used(machine: Machine, tmp_path: Path) -> None:
    cores = FreeCores(3, {0, 1, 2, 3}, lambda: machine.now, tmp_path / "nowhere", lambda: 0.0)
    machine.now += A_LOOK
    assert cores.threads() == 3


def test_this_machine_is_read(machine: Machine) -> None:
    assert FreeCores(4).threads() == 4


def test_threads_that_openmp_binds_are_as_many_as_ever() -> None:
    """Loading llama.cpp then leaves the main thread one core, and the engine would take it for all there is."""
    look = (
        "import os, appliance.inference.worker; from appliance.inference.chat import physical_cores;"
        " from appliance.inference.free_cores import OURS;"
        " print(len(os.sched_getaffinity(0)), len(OURS), physical_cores())"
    )

    def seen(**binding: str) -> list[int]:
        given = {**os.environ, **binding}
        said = subprocess.run(
            [sys.executable, "-c", look], env=given, capture_output=True, text=True, check=True
        )
        return [int(number) for number in said.stdout.split()]

    assert seen(OMP_PROC_BIND="true", OMP_PLACES="cores")[1:] == seen(OMP_PROC_BIND="false")[1:]
