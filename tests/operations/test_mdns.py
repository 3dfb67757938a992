"""The box's name on a network: found by what people carry, given up when it is somebody else's, never fought over."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.operations.lan import ROOT, Lan, Machine, Program, ip, made, wait

AVAHI = """
[server]
host-name=laptop
use-ipv4=yes
use-ipv6=no
allow-interfaces=eth0
enable-dbus=no
[publish]
publish-workstation=no
"""
NAME, SECOND = "classroom.local", "classroom-2.local"


@pytest.fixture
def lan(tmp_path: Path) -> Iterator[Lan]:
    yield from made(tmp_path)


def announcing(machine: Machine, *words: str) -> Program:
    return machine.python("tests.operations.announcing", *words)


def holds(name: str, number: str = "") -> Any:
    def is_so(lines: list[dict[str, Any]]) -> bool:
        return bool(lines) and lines[-1]["name"] == name and lines[-1]["number"].startswith(number)

    return is_so


def box(machine: Machine, folder: Path, **environment: str) -> Program:
    """A whole one, as `chalkbox serve` runs it."""
    words = ("serve", "--host", "0.0.0.0", "--port", "80", "--data", str(folder / "data"))
    return machine.python("appliance", *words, **environment)


def laptop(machine: Machine, folder: Path, name: str = "laptop") -> Program:
    """A machine with Avahi on it, whose files are its own."""
    (folder / "avahi.conf").write_text(AVAHI.replace("laptop", name))
    # libnss-mdns asks a name server first whether "local" is a zone of its own: one that says no at once.
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    (folder / "nsswitch.conf").write_text("hosts: files mdns4_minimal [NOTFOUND=return] dns\n")
    steps = (
        "mount -t tmpfs tmpfs /run",
        "mkdir /run/avahi-daemon",
        f"mount --bind {folder}/resolv.conf /etc/resolv.conf",
        f"mount --bind {folder}/nsswitch.conf /etc/nsswitch.conf",
        f"exec avahi-daemon -f {folder}/avahi.conf --no-drop-root --no-chroot --no-rlimits",
    )
    program = machine.start("unshare", "-m", "sh", "-c", " && ".join(steps))
    program.until_said("Server startup complete")
    return program


def on(program: Program, *command: str) -> "subprocess.CompletedProcess[str]":
    """A command beside that program, with the same files and the same network."""
    inside = ["nsenter", "-t", str(program.process.pid), "-m", "-n", *command]
    return subprocess.run(inside, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)


def test_a_box_is_found_by_its_name_from_everything_in_the_room(lan: Lan, tmp_path: Path) -> None:
    one, two, three = (lan.machine(f"10.9.0.{last}") for last in (1, 2, 3))
    avahi = laptop(three, tmp_path)
    running = box(one, tmp_path)
    running.until_said("On this network: http://classroom.local or http://10.9.0.1")
    phone = two.ask("one-shot", NAME)
    assert phone["addresses"] == ["10.9.0.1"]
    assert (phone["same_number"], phone["question"], phone["flush_bits"]) == (True, [NAME + "."], 0)
    found = two.ask("browse", NAME)
    assert (found["server"], found["port"], found["addresses"]) == (NAME + ".", 80, ["10.9.0.1"])
    assert on(avahi, "getent", "hosts", NAME).stdout.split() == ["10.9.0.1", NAME]
    page = on(
        avahi, sys.executable, str(ROOT / "tests/operations/phone.py"), "fetch", f"http://{NAME}/healthz"
    )
    assert '"status": 200' in page.stdout, page.stderr


def test_a_stopped_box_says_goodbye(lan: Lan, tmp_path: Path) -> None:
    one, two = lan.machine("10.9.0.1"), lan.machine("10.9.0.2")
    heard = two.python("tests.operations.phone", "listen", NAME)
    heard.until(bool)
    running = box(one, tmp_path)
    running.until_said("mdns_announced")
    running.stop()
    assert running.process.returncode == 0
    heard.until(lambda lines: {"address": "10.9.0.1", "ttl": 0, "by": "10.9.0.1"} in lines)
    assert two.ask("one-shot", NAME)["addresses"] == []


def test_a_box_follows_its_number_within_ten_seconds(lan: Lan, tmp_path: Path) -> None:
    one, two = lan.machine("10.9.0.1"), lan.machine("10.9.0.2")
    running = box(one, tmp_path)
    running.until_said("mdns_announced")
    one.move("10.9.0.77")
    wait(lambda: two.ask("one-shot", NAME)["addresses"] == ["10.9.0.77"], lambda: running.complained, 10)
    running.until_said("On this network: http://classroom.local or http://10.9.0.77")


def test_a_box_whose_cable_comes_late_gets_its_name_then(lan: Lan) -> None:
    one, two = lan.machine("10.9.0.1"), lan.machine("10.9.0.2")
    ip("-n", one.name, "addr", "flush", "dev", "eth0")
    running = announcing(one)
    running.until(holds(""))
    one.move("10.9.0.1")
    running.until(holds(NAME))
    assert two.ask("one-shot", NAME)["addresses"] == ["10.9.0.1"]
    assert running.complained.count("mdns_failed") == 1


def test_the_second_box_with_a_name_takes_the_next(lan: Lan) -> None:
    first, second, phone = (lan.machine(f"10.9.0.{last}") for last in (1, 2, 3))
    announcing(first).until(holds(NAME))
    announcing(second).until(holds(SECOND))
    assert phone.ask("one-shot", NAME)["addresses"] == ["10.9.0.1"]
    assert phone.ask("one-shot", SECOND)["addresses"] == ["10.9.0.2"]


def test_boxes_that_start_together_share_out_the_names(lan: Lan) -> None:
    machines = [lan.machine(f"10.9.0.{last}") for last in (1, 2, 3)]
    boxes = [announcing(machine) for machine in machines]
    names = {NAME, SECOND, "classroom-3.local"}
    wait(lambda: {held(each) for each in boxes} == names, lambda: "\n".join(b.complained for b in boxes))
    for machine, each in zip(machines, boxes, strict=True):
        assert machines[0].ask("one-shot", held(each))["addresses"] == [machine.address]


def test_when_two_networks_are_joined_one_of_two_boxes_gives_way(lan: Lan) -> None:
    one, other, phone = lan.machine("10.9.0.1"), lan.machine("10.9.0.2", "two"), lan.machine("10.9.0.3")
    lower, higher = (announcing(each, "--ask-again", "1") for each in (one, other))
    lower.until(holds(NAME))
    higher.until(holds(NAME))
    lan.connect()
    lower.until(holds(SECOND))
    assert phone.ask("one-shot", NAME)["addresses"] == ["10.9.0.2"]
    assert phone.ask("one-shot", SECOND)["addresses"] == ["10.9.0.1"]
    assert [line["name"] for line in higher.lines()] == [NAME]


def test_a_name_that_avahi_has_is_left_to_it(lan: Lan, tmp_path: Path) -> None:
    one, two = lan.machine("10.9.0.1"), lan.machine("10.9.0.2")
    laptop(two, tmp_path, "classroom")
    announcing(one).until(holds(SECOND))
    assert two.ask("one-shot", SECOND)["addresses"] == ["10.9.0.1"]


def test_avahi_leaves_the_name_to_the_box_that_has_it(lan: Lan, tmp_path: Path) -> None:
    one, two = lan.machine("10.9.0.1"), lan.machine("10.9.0.2")
    running = announcing(one)
    running.until(holds(NAME))
    laptop(two, tmp_path, "classroom").until_said("classroom-2.local")
    assert [line["name"] for line in running.lines()] == [NAME]


def test_one_false_claim_does_not_take_the_name(lan: Lan) -> None:
    one, two = lan.machine("10.9.0.1"), lan.machine("10.9.0.2")
    running = announcing(one)
    running.until(holds(NAME))
    two.ask("claim", NAME, "10.9.0.200", "once")
    running.until_said("mdns_name_contested")
    # It asked whose the name is, and nobody answered.
    running.until(lambda lines: len(lines) == 2 and lines[-1]["name"] == NAME)


def test_a_neighbour_who_claims_every_name_gets_no_endless_renaming(lan: Lan) -> None:
    one, two = lan.machine("10.9.0.1"), lan.machine("10.9.0.2")
    running = announcing(one)
    running.until(holds(NAME))
    prank = two.python("tests.operations.phone", "claim", NAME, "10.9.0.200", "always")
    running.until(holds(""))
    assert len(running.lines()) <= 4, "a handful of names at most, and then the number alone"
    assert "is taken" in running.complained and "Traceback" not in running.complained
    prank.stop()
    running.until(lambda lines: lines[-1]["name"].startswith("classroom"))


def test_garbage_on_the_network_changes_nothing(lan: Lan) -> None:
    one, two = lan.machine("10.9.0.1"), lan.machine("10.9.0.2")
    running, noise = announcing(one), two.python("tests.operations.phone", "garbage", "6")
    running.until(holds(NAME))
    noise.until(lambda lines: lines == [{"done": True}])
    assert two.ask("one-shot", NAME)["addresses"] == ["10.9.0.1"]
    assert "Traceback" not in running.complained


def test_a_second_network_of_the_box_hears_nothing_of_the_name(lan: Lan) -> None:
    one, there, elsewhere = lan.machine("10.9.0.1"), lan.machine("10.9.0.2"), lan.machine("10.8.0.2", "two")
    lan.cable(one, "eth1", "10.8.0.1", "two")
    heard = elsewhere.python("tests.operations.phone", "listen", NAME)
    heard.until(bool)
    announcing(one).until(holds(NAME))
    assert there.ask("one-shot", NAME)["addresses"] == ["10.9.0.1"]
    assert len(heard.lines()) == 1


def held(program: Program) -> str:
    lines = program.lines()
    return str(lines[-1]["name"]) if lines else ""
