"""The command line as a whole: usage, one sentence for an error, settings, courses."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance import VERSION
from appliance.__main__ import COMMANDS
from tests.cli.conftest import Chalkbox, Outcome

ROOT = Path(__file__).parent.parent.parent


def as_a_program(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "appliance", *words]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=dict(os.environ) | environment, check=False
    )


def test_it_runs_as_a_module_and_knows_its_version() -> None:
    assert as_a_program("--version").stdout == f"Chalkbox {VERSION}\n"


def test_a_refusal_is_one_sentence_on_stderr_and_exit_1(tmp_path: Path) -> None:
    refused = as_a_program("staff", "list", "--data", str(tmp_path / "nowhere"))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert len(refused.stderr.splitlines()) == 1


def test_an_unknown_setting_stops_every_command(tmp_path: Path) -> None:
    refused = as_a_program("settings", APPLIANCE_PROT="80")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Unknown setting APPLIANCE_PROT")


@pytest.mark.parametrize(
    "words",
    [(), ("fly",), ("staff",), ("staff", "add"), ("serve", "--port", "many"), ("setup", "--school", "Elm")],
)
def test_wrong_usage_exits_with_2(chalkbox: Chalkbox, words: tuple[str, ...]) -> None:
    assert chalkbox(*words).status == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(chalkbox: Chalkbox, command: str) -> None:
    told = chalkbox(command, "--help")
    assert told.status == 0 and told.out.startswith(f"usage: chalkbox {command}")


def test_a_reader_that_stops_early_is_no_error() -> None:
    piped = f"{sys.executable} -m appliance settings | head -1"
    done = subprocess.run(["bash", "-c", piped], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stderr == ""


def test_settings_say_where_each_value_comes_from(
    chalkbox: Chalkbox, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELPER_STRICTNESS", "strict")
    rows = {row["name"]: row for row in chalkbox("settings", "--json").json}
    assert (rows["HELPER_STRICTNESS"]["value"], rows["HELPER_STRICTNESS"]["source"]) == (
        "strict",
        "environment",
    )
    assert (rows["APPLIANCE_DATA"]["value"], rows["APPLIANCE_DATA"]["source"]) == (str(data), "command line")
    assert rows["APPLIANCE_PORT"]["source"] == "default"


def test_the_courses_that_ship_are_listed_and_in_order(chalkbox: Chalkbox) -> None:
    listed = chalkbox("content", "list", "--json").json
    assert "electricity-you-can-touch" in [course["slug"] for course in listed["courses"]]
    assert listed["problems"] == []
    assert chalkbox("content", "validate", str(ROOT / "content" / "courses")).status == 0


def test_a_broken_course_is_named_and_fails(chalkbox: Chalkbox, tmp_path: Path) -> None:
    pack = tmp_path / "broken"
    pack.mkdir()
    (pack / "course.yaml").write_text("title: [unfinished\n")
    checked = chalkbox("content", "validate", str(pack), "--json")
    assert checked.status == 1
    assert [problem["slug"] for problem in checked.json["problems"]] == ["broken"]


def test_a_folder_without_a_course_is_refused(chalkbox: Chalkbox, tmp_path: Path) -> None:
    refused = chalkbox("content", "validate", str(tmp_path))
    assert refused.status == 1 and "course.yaml" in refused.err


def test_doctor_exits_with_0_only_when_there_is_no_problem(
    box: Outcome, chalkbox: Chalkbox, data: Path
) -> None:
    well = chalkbox("doctor", "--json")
    assert well.status == 0 and well.json["ok"]
    (data / "secrets" / "csrf").chmod(0o644)
    ill = chalkbox("doctor")
    assert ill.status == 1
    assert "PROBLEM Other users of this machine can open" in ill.out
    assert json.loads(chalkbox("doctor", "--json").out)["ok"] is False
