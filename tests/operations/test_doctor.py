"""The doctor: each thing that can be wrong with a box is found, said, and comes with what to do."""

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.operations import doctor, machine
from appliance.operations.data_folder import held, prepare
from appliance.operations.doctor import Finding, examine
from appliance.settings import Settings, settings_from
from appliance.storage.files import GRACE_SECONDS, ORPHANS
from appliance.storage.migrate import migrate
from appliance.storage.secrets import load_or_make

NOW = doctor.RELEASED + 86400.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A box that was started once and not set up."""
    data = tmp_path / "data"
    prepare(data)
    load_or_make(data / "secrets")
    migrate(data / "box.sqlite3", data / "backups")
    return settings_from({}, appliance_data=data)


def found(settings: Settings, check: str, now: float = NOW) -> Finding:
    return next(finding for finding in examine(settings, now) if finding.check == check)


def change(settings: Settings, sql: str, *values: int) -> None:
    connection = sqlite3.connect(settings.database)
    connection.execute(sql, values)
    connection.commit()
    connection.close()


def test_a_fresh_box_has_no_problems_and_every_worry_has_advice(settings: Settings) -> None:
    findings = examine(settings, NOW)
    assert [finding for finding in findings if finding.state == "problem"] == []
    assert all(finding.advice for finding in findings if finding.state != "ok")
    assert all(finding.sentence.endswith((".", ")")) for finding in findings)


def test_looking_changes_nothing(settings: Settings) -> None:
    before = settings.database.read_bytes()
    examine(settings, NOW)
    assert settings.database.read_bytes() == before


def test_a_data_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    settings = settings_from({}, appliance_data=tmp_path / "wrong")
    assert found(settings, "data_folder").state == "problem"
    assert found(settings, "database").state == "problem"
    assert not (tmp_path / "wrong").exists()


def test_it_says_whether_a_box_is_running(settings: Settings) -> None:
    assert "no box is running" in found(settings, "data_folder").sentence
    with held(settings.appliance_data):
        assert "a box is running" in found(settings, "data_folder").sentence


def test_a_damaged_database_is_a_problem(settings: Settings) -> None:
    settings.database.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    assert found(settings, "database").state == "problem"


def test_a_database_of_a_newer_version_is_a_problem(settings: Settings) -> None:
    change(settings, "PRAGMA user_version = 999")
    assert "newer Chalkbox" in found(settings, "database").sentence


def test_first_run_is_known_from_the_school(settings: Settings) -> None:
    assert found(settings, "first_run").state == "warning"
    change(
        settings,
        "INSERT INTO box (id, school_name, language, timezone, set_up_at) VALUES (1, 'Elm School', 'en', 'UTC', 1)",
    )
    assert found(settings, "first_run") == Finding("first_run", "ok", "The box is set up for Elm School.")


def test_secrets_that_others_can_open_are_a_problem(settings: Settings) -> None:
    (settings.appliance_data / "secrets" / "scope").chmod(0o640)
    assert found(settings, "secrets").state == "problem"
    assert found(settings, "secrets").advice.startswith("Run: chmod")


def test_a_clock_from_before_this_version_is_a_problem(settings: Settings) -> None:
    assert found(settings, "clock", now=1_000_000.0).state == "problem"


def test_a_clock_that_went_back_is_a_warning(settings: Settings) -> None:
    change(settings, "UPDATE heartbeat SET beat_at = ?", int(NOW) + 90000)
    assert found(settings, "clock").state == "warning"


def test_a_chat_model_whose_file_is_gone_is_a_problem(settings: Settings) -> None:
    listed = '{"models": [{"name": "m", "file": "m.gguf", "sha256": "", "size": 1, "kind": "chat", "chosen": true}]}'
    (settings.appliance_data / "models" / "models.json").write_text(listed)
    assert found(settings, "chat_model").state == "problem"


def test_without_a_search_model_it_says_how_to_make_one(settings: Settings, tmp_path: Path) -> None:
    bare = settings_from({}, appliance_data=settings.appliance_data, appliance_models=tmp_path)
    assert found(bare, "search_model").state == "warning"
    assert "appliance.inference.minilm" in found(bare, "search_model").advice


def test_a_broken_course_is_a_problem_and_the_others_are_fine(settings: Settings) -> None:
    pack = settings.appliance_data / "courses" / "broken"
    pack.mkdir()
    (pack / "course.yaml").write_text("title: [unfinished\n")
    assert [finding.state for finding in examine(settings, NOW) if finding.check == "courses"] == ["problem"]
    assert "broken" in found(settings, "courses").sentence


def test_a_box_that_no_student_can_reach_is_a_warning(settings: Settings) -> None:
    assert found(settings, "address").state == "warning"
    wide = settings_from({}, appliance_data=settings.appliance_data, appliance_host="0.0.0.0")
    assert found(wide, "address").state == "ok"


def test_memory_is_read_from_the_kernel_and_may_be_missing(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:  2048 kB\nMemFree: 1 kB\nMemAvailable:  1024 kB\n")
    assert machine.memory(tmp_path / "meminfo") == machine.Memory(2048 * 1024, 1024 * 1024)
    assert machine.memory(tmp_path / "none") is None
    (tmp_path / "meminfo").write_text("nonsense")
    assert machine.memory(tmp_path / "meminfo") is None


def test_a_processor_without_the_fast_kernels_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "slow").write_text("flags\t\t: fpu sse2\nFeatures\t: fp\n")
    (tmp_path / "quick").write_text("flags\t\t: fpu avx2 sse2 asimd\nFeatures\t: fp asimd avx2\n")
    assert machine.missing_speed(tmp_path / "slow") in ("AVX2", "ASIMD")
    assert machine.missing_speed(tmp_path / "quick") == ""
    assert machine.missing_speed(tmp_path / "none") == ""


def test_files_that_the_database_does_not_know_are_named_with_their_last_day(settings: Settings) -> None:
    assert not [finding for finding in examine(settings, NOW) if finding.check == "unknown_files"]
    aside = settings.appliance_data / "uploads" / ORPHANS
    aside.mkdir()
    for number in range(2):
        (aside / f"{number}.png").touch()
        os.utime(aside / f"{number}.png", (NOW + number, NOW + number))
    finding = found(settings, "unknown_files")
    assert finding.state == "warning" and "restore a newer backup" in finding.advice
    assert (
        f"(2). They wait in {aside}; the first goes on {machine.day(NOW + GRACE_SECONDS)}" in finding.sentence
    )


@pytest.mark.parametrize(
    ("command", "state"),
    [("true", "ok"), ("false", "problem"), ("/no/such/scanner", "problem"), ("sleep 600 --", "problem")],
)
def test_a_virus_scanner_is_tried_on_a_harmless_file(settings: Settings, command: str, state: str) -> None:
    assert not [finding for finding in examine(settings, NOW) if finding.check == "scanner"]
    chosen = replace(
        settings,
        classhub_upload_scan_enabled=True,
        classhub_upload_scan_command=command,
        classhub_upload_scan_timeout_seconds=1.0,
    )
    said = found(chosen, "scanner")
    assert said.state == state and bool(said.advice) == (state == "problem")
