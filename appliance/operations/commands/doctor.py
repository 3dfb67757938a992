"""`chalkbox doctor`: everything a person would check, and what to do about each finding."""

import os
import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from appliance.operations import known_elsewhere
from appliance.operations.commands import terminal
from appliance.operations.doctor import Finding, examine
from appliance.settings import Settings

MARKS = {"ok": "ok      ", "warning": "warning ", "problem": "PROBLEM "}


def describe(parser: ArgumentParser) -> None:
    """No options of its own."""


def run(arguments: Namespace, settings: Settings) -> int:
    # Imported here: it brings a client of HTTP, 50 ms that every other command would wait for, `serve` too.
    from appliance.operations import borrowed

    foreign = known_elsewhere.findings(os.environ)
    findings = [*examine(settings, time.time()), *borrowed.look(settings), *foreign]
    is_well = not any(finding.state == "problem" for finding in findings)
    value = {"ok": is_well, "findings": [asdict(finding) for finding in findings]}
    terminal.report(arguments.json, value, [line for finding in findings for line in _lines(finding)])
    return 0 if is_well else 1


def _lines(finding: Finding) -> list[str]:
    first = f"{MARKS[finding.state]}{finding.sentence}"
    return [first, f"{' ' * len(MARKS['ok'])}→ {finding.advice}"] if finding.advice else [first]
