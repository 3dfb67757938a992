"""A network of the test's own: machines are namespaces, each with one cable to a switch."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
TOOLS = ("ip", "unshare", "nsenter", "avahi-daemon", "getent")
PACKAGES = "iproute2 avahi-daemon libnss-mdns"
PATIENCE = 30.0


def why_not() -> str:
    """What this machine lacks to make networks of its own; empty when it lacks nothing."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        return f"{', '.join(missing)} missing (Debian: apt install {PACKAGES})"
    name = f"try-{secrets.token_hex(3)}"
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"no network namespaces can be made here: {tried.stderr.strip()}"
    subprocess.run(["ip", "netns", "del", name], check=True)
    return ""


def require_namespaces() -> None:
    """Only a person's own account is excused: root can make them, and so must the machine that decides."""
    reason = why_not()
    if reason and (os.environ.get("CI") == "true" or os.geteuid() == 0):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


class Program:
    """Runs on a machine; what it prints are JSON lines. With the moment at which each was printed."""

    def __init__(self, command: list[str], folder: Path, **environment: str) -> None:
        self.log = folder / f"{secrets.token_hex(4)}.log"
        self._lines: list[str] = []
        everything = {**os.environ, "PYTHONUNBUFFERED": "1", "LC_ALL": "C.UTF-8", **environment}
        with self.log.open("wb") as log, (self.log.with_suffix(".err")).open("wb") as err:
            self.process = subprocess.Popen(command, cwd=ROOT, env=everything, stdout=log, stderr=err)

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    @property
    def complained(self) -> str:
        return self.log.with_suffix(".err").read_text("utf-8", "replace")

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.said.splitlines(keepends=True) if line.endswith("\n")]

    def until(self, is_so: Callable[[list[dict[str, Any]]], bool], patience: float = PATIENCE) -> float:
        """How many seconds it took until what it had printed was so."""
        return wait(lambda: is_so(self.lines()), self._state, patience)

    def until_said(self, text: str, patience: float = PATIENCE) -> float:
        return wait(lambda: text in self.said + self.complained, self._state, patience)

    def stop(self) -> None:
        """As systemd stops it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _state(self) -> str:
        return f"{self.process.args!r}\n{self.said[-2000:]}\n{self.complained[-4000:]}"


class Machine:
    """One namespace with an interface `eth0`."""

    def __init__(self, lan: "Lan", name: str, address: str) -> None:
        self.lan, self.name, self.address = lan, name, address

    def start(self, *command: str, **environment: str) -> Program:
        program = Program(["ip", "netns", "exec", self.name, *command], self.lan.folder, **environment)
        self.lan.closing.callback(program.stop)
        return program

    def python(self, module: str, *words: str, **environment: str) -> Program:
        return self.start(sys.executable, "-m", module, *words, **environment)

    def ask(self, *words: str) -> Any:
        """What a program of `tests.operations.phone` found out."""
        program = self.python("tests.operations.phone", *words)
        assert program.process.wait(PATIENCE) == 0, program.complained
        return program.lines()[-1]

    def move(self, address: str) -> None:
        """Another number, as from another router."""
        ip("-n", self.name, "addr", "flush", "dev", "eth0", "scope", "global")
        ip("-n", self.name, "addr", "add", f"{address}/24", "brd", "+", "dev", "eth0")
        # Flushing the number took the route with it.
        ip("-n", self.name, "route", "replace", "default", "dev", "eth0")
        self.address = address


class Lan:
    """Two switches, with a cable between them or not."""

    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self.folder, self.closing = folder, closing
        self._id = f"cb{secrets.token_hex(2)}"
        self._count = 0
        self._switch = self._namespace("switch")
        for bridge in ("one", "two"):
            # Without snooping: a bridge forgets who listens when nobody asks, and here nobody does.
            ip("-n", self._switch, "link", "add", bridge, "type", "bridge", "mcast_snooping", "0")
            ip("-n", self._switch, "link", "set", bridge, "up")

    def machine(self, address: str, switch: str = "one") -> Machine:
        name = self._namespace(f"m{self._count}")
        ip("-n", name, "link", "set", "lo", "up")
        machine = Machine(self, name, address)
        self.cable(machine, "eth0", address, switch)
        ip("-n", name, "route", "add", "default", "dev", "eth0")
        return machine

    def cable(self, machine: Machine, interface: str, address: str, switch: str) -> None:
        far = f"{self._id}p{self._count}"
        self._count += 1
        ip("link", "add", far, "type", "veth", "peer", "name", interface, "netns", machine.name)
        ip("link", "set", far, "netns", self._switch)
        ip("-n", self._switch, "link", "set", far, "master", switch, "up")
        ip("-n", machine.name, "link", "set", interface, "up")
        ip("-n", machine.name, "addr", "add", f"{address}/24", "brd", "+", "dev", interface)

    def connect(self) -> None:
        """The cable between the two switches."""
        ip("-n", self._switch, "link", "add", "name", "left", "type", "veth", "peer", "name", "right")
        ip("-n", self._switch, "link", "set", "dev", "left", "master", "one", "up")
        ip("-n", self._switch, "link", "set", "dev", "right", "master", "two", "up")

    def _namespace(self, name: str) -> str:
        whole = f"{self._id}-{name}"
        ip("netns", "add", whole)
        self.closing.callback(ip, "netns", "del", whole)
        return whole


def ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


def wait(is_so: Callable[[], bool], state: Callable[[], str], patience: float = PATIENCE) -> float:
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < patience, state()
        time.sleep(0.02)
    return time.monotonic() - began


def made(folder: Path) -> Iterator[Lan]:
    require_namespaces()
    with ExitStack() as closing:
        yield Lan(folder, closing)
