"""`chalkbox setup`: first run without a browser."""

import asyncio
import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict, dataclass

from appliance.auth import accounts, passwords, recovery, totp
from appliance.classroom.audit import record_staff
from appliance.classroom.box import checked_school_name, set_up_box
from appliance.errors import Conflict
from appliance.operations.commands import terminal
from appliance.operations.data_folder import SECRETS, prepare
from appliance.settings import Settings
from appliance.storage.database import Database
from appliance.storage.secrets import clear_setup_code, load_or_make

LANGUAGES = ("en", "es")
ALREADY = "This box is set up already: add people with 'chalkbox staff add', or sign in."


@dataclass(frozen=True)
class FirstPerson:
    """What the first operator needs to sign in; it is shown once and kept nowhere."""

    username: str
    totp_secret: str
    otpauth_uri: str
    recovery_codes: tuple[str, ...]


def describe(parser: ArgumentParser) -> None:
    parser.add_argument("--school", required=True, metavar="NAME", help="the school's name")
    parser.add_argument("--username", required=True, metavar="U", help="the first person's username")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    parser.add_argument(
        "--timezone", default="UTC", metavar="TZ", help="for example Europe/Madrid (default UTC)"
    )
    parser.add_argument("--language", default="en", choices=LANGUAGES, help="of the pages (default en)")


def run(arguments: Namespace, settings: Settings) -> int:
    checked_school_name(arguments.school)
    prepare(settings.appliance_data)
    load_or_make(settings.appliance_data / SECRETS)
    first = asyncio.run(_set_up(arguments, settings))
    clear_setup_code(settings.appliance_data / SECRETS)
    terminal.report(arguments.json, asdict(first), _lines(first, arguments.school))
    return 0


async def _set_up(arguments: Namespace, settings: Settings) -> FirstPerson:
    db = Database(settings.database, time.time)
    try:
        await db.open(settings.appliance_data / "backups")
        if await accounts.is_set_up(db):
            raise Conflict(ALREADY, "already_set_up")
        password = terminal.read_password(arguments.password_stdin)
        passwords.check_strength(password, arguments.username)
        return await _first_person(db, arguments, await passwords.Hasher().hash(password))
    finally:
        await db.close()


async def _first_person(db: Database, arguments: Namespace, password_hash: str) -> FirstPerson:
    secret, codes, username = totp.new_secret(), recovery.new_codes(), arguments.username
    async with db.transaction() as tx:
        box = await set_up_box(tx, arguments.school, arguments.language, arguments.timezone)
        staff = await accounts.create_staff(tx, username, username, password_hash, secret, is_operator=True)
        # Whoever reads the secret below has enrolled: from now on the password alone opens nothing.
        await accounts.confirm_totp(tx, staff.id, step=0)
        await recovery.store_codes(tx, staff.id, codes)
        await record_staff(tx, "box_set_up", staff.id, None, "console", "")
    uri = totp.otpauth_uri(secret, staff.username, box.school_name)
    return FirstPerson(staff.username, secret, uri, tuple(codes))


def _lines(first: FirstPerson, school: str) -> list[str]:
    return [
        f"{' '.join(school.split())} is set up. {first.username} signs in with password and six-digit code.",
        "",
        f"Authenticator key:  {first.totp_secret}",
        f"As an address:      {first.otpauth_uri}",
        "",
        "Recovery codes, each good once, for the day the phone is gone. They are not shown again:",
        *(f"  {code}" for code in first.recovery_codes),
    ]
