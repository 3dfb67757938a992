"""How the box is, on one screen: for whoever stands in front of it with a screen and no keyboard."""

import json
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from appliance import VERSION
from appliance.operations import machine
from appliance.operations.address import address_of
from appliance.operations.backups import NAME, backups_in, default_folder
from appliance.operations.data_folder import SECRETS, is_running
from appliance.settings import Settings
from appliance.storage.secrets import SETUP_CODE, setup_code

ASK_SECONDS = 5.0
ANSWER_BYTES = 64 * 1024
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared, not listened on


@dataclass(frozen=True)
class Status:
    """`setup_code` is empty on a box that is set up; `newest_backup` is the name of its file or empty."""

    version: str
    address: str
    has_network: bool
    school: str
    setup_code: str
    is_running: bool
    is_well: bool
    engine: str
    newest_backup: str
    disk_free: int


def status_of(settings: Settings) -> Status:
    """Asks the running box over its own port, and reads the rest; nothing is changed."""
    data, address = settings.appliance_data, address_of(settings)
    running = data.is_dir() and is_running(data)
    health = _health(settings) if running else {}
    backups = backups_in(default_folder(data))
    return Status(
        version=VERSION,
        address=address,
        has_network=settings.appliance_host not in EVERYWHERE or "//localhost" not in address,
        school=_school(settings.database),
        setup_code=_setup_code(data / SECRETS),
        is_running=running,
        is_well=health.get("ok") is True,
        engine=str(health.get("engine", "")),
        newest_backup=backups[0].name if backups else "",
        disk_free=machine.disk_free(data),
    )


def page(status: Status) -> list[str]:
    """For a person, 24 lines at most."""
    lines = ["", f"  Chalkbox {status.version}" + (f" · {status.school}" if status.school else ""), ""]
    if not status.is_running:
        return [
            *lines,
            "  The box is not running. On an installed box it starts by itself within a minute.",
            "",
        ]
    if status.has_network:
        lines.append(f"  Address       {status.address}")
    else:
        lines.append("  Address       none: plug in the cable of the classroom's access point")
    if status.setup_code:
        lines += ["", f"  Set it up at  {status.address}/setup", f"  Setup code    {status.setup_code}"]
    well = "well" if status.is_well else "not well: run 'chalkbox doctor', or switch it off and on again"
    return [*lines, "", f"  The box is    {well}", *_details(status), ""]


def _details(status: Status) -> list[str]:
    engine = {"ready": "answers with its model", "failed": "its model failed: lessons answer"}
    lines = [f"  The helper    {engine.get(status.engine, 'answers with passages of the lesson')}"]
    lines.append(f"  Disk          {status.disk_free / 1_000_000_000:.1f} GB free")
    if status.school:
        lines.append(f"  Last backup   {_day(status.newest_backup) or 'none yet'}")
    return lines


def _day(name: str) -> str:
    if not NAME.fullmatch(name):
        return ""
    day = name.removeprefix("chalkbox-")
    return f"{day[:4]}-{day[4:6]}-{day[6:8]} {day[9:11]}:{day[11:13]} UTC"


def _health(settings: Settings) -> dict[str, object]:
    host = "127.0.0.1" if settings.appliance_host in EVERYWHERE else settings.appliance_host
    host = f"[{host}]" if ":" in host else host
    address = f"http://{host}:{settings.appliance_port}/healthz"
    # Straight to this machine, whatever proxy the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=ASK_SECONDS) as answer:
            said = json.loads(answer.read(ANSWER_BYTES))
    except (OSError, urllib.error.URLError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _setup_code(secrets: Path) -> str:
    """Read and never made here: the box itself makes it at its first start."""
    return setup_code(secrets) if (secrets / SETUP_CODE).is_file() else ""


def _school(path: Path) -> str:
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=ASK_SECONDS)
        ) as box:
            row = box.execute("SELECT school_name FROM box").fetchone()
    except sqlite3.Error:
        return ""
    return str(row[0]) if row else ""
