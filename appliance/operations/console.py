"""What stands on the console once the box is ready, and once it has its name."""

import io
import sys
from typing import TextIO

import segno

from appliance.operations.demo import Demo


def welcome(address: str, setup_code: str, demo: Demo | None) -> str:
    """`setup_code` is empty on a box that is set up."""
    lines = ["", f"  Chalkbox is ready: {address}"]
    if setup_code:
        lines += ["", f"  Set it up at      {address}/setup", f"  Setup code        {setup_code}"]
    if demo is not None:
        lines += [
            "",
            f"  Class code        {demo.classroom.spaced_join_code}",
            f"  Students          {address}/join/{demo.classroom.join_code}",
            f"  Teacher (once)    {address}/sign-in/link/{demo.sign_in_token}",
        ]
    return "\n".join([*lines, ""])


def announced(named: str, number: str) -> str:
    """The address by name and by number, each with its square for a phone's camera."""
    squares = [f"  {address}\n\n{square(address)}" for address in (named, number)]
    return "\n".join(["", f"  On this network: {named} or {number}", "", *squares])


def unannounced(number: str) -> str:
    return f"\n  On this network the box has no name for now: {number} leads to it.\n"


def square(address: str) -> str:
    drawn = io.StringIO()
    segno.make(address, error="l", micro=False).terminal(drawn, border=2, compact=True)
    return "".join(f"  {line}\n" for line in drawn.getvalue().splitlines())


def say(text: str, console: TextIO | None = None) -> None:
    """A console that is gone, or that knows no blocks to draw with, is no reason to stop."""
    console = console or sys.stdout
    try:
        print(
            text.encode(console.encoding or "ascii", "replace").decode(console.encoding or "ascii"),
            file=console,
        )
        console.flush()
    except OSError:
        return
