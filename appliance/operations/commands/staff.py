"""`chalkbox staff`: the people who run classes and the box."""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from appliance.auth import accounts, links, passwords, recovery, sessions, tokens, totp
from appliance.auth.accounts import Staff
from appliance.classroom.audit import record_staff
from appliance.errors import NotFound
from appliance.operations.address import address_of
from appliance.operations.commands import terminal
from appliance.operations.commands.box import database_of
from appliance.settings import Settings
from appliance.storage.database import Database, Transaction

LINK_PATH = "/sign-in/link/"
Change = Callable[[Database, Namespace, Settings], Awaitable[tuple[dict[str, object], list[str]]]]


def describe(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="add a person; the authenticator is enrolled at the first sign-in")
    add.add_argument("username")
    add.add_argument("--name", default="", help="as shown on pages (default: the username)")
    add.add_argument("--operator", action="store_true", help="may also run the box")
    actions.add_parser("list", help="everybody")
    again = actions.add_parser("reset-password", help="set a new password; ends sessions and tokens")
    again.add_argument("username")
    for asks_password in (add, again):
        asks_password.add_argument(
            "--password-stdin", action="store_true", help="read it from standard input"
        )
    otp = actions.add_parser(
        "reset-otp",
        help="forget the authenticator; ends sessions and tokens, and the next sign-in enrols a new one",
    )
    otp.add_argument("username")
    token = actions.add_parser("token", help="print a personal access token for the API")
    token.add_argument("username")
    token.add_argument("--label", default="made on the console", help="what the token is for")
    link = actions.add_parser("sign-in-link", help="print an address that signs this person in, once")
    link.add_argument("username")
    link.add_argument("--minutes", type=int, default=15, choices=range(1, 1441), metavar="1..1440")


def run(arguments: Namespace, settings: Settings) -> int:
    value, lines = asyncio.run(_done(ACTIONS[arguments.action], arguments, settings))
    terminal.report(arguments.json, value, lines)
    return 0


async def _done(
    change: Change, arguments: Namespace, settings: Settings
) -> tuple[dict[str, object], list[str]]:
    async with database_of(settings) as db:
        return await change(db, arguments, settings)


async def _add(db: Database, arguments: Namespace, settings: Settings) -> tuple[dict[str, object], list[str]]:
    password_hash = await _new_password_hash(arguments)
    name = arguments.name or arguments.username
    async with db.transaction() as tx:
        staff = await accounts.create_staff(
            tx, arguments.username, name, password_hash, totp.new_secret(), arguments.operator
        )
        await record_staff(tx, "staff_added", None, None, f"staff:{staff.id}", "")
    return asdict(staff), [f"{staff.username} is added and enrols an authenticator at the first sign-in."]


async def _list(
    db: Database, arguments: Namespace, settings: Settings
) -> tuple[dict[str, object], list[str]]:
    everybody = await accounts.all_staff(db)
    rows = [("Username", "Name", "Role", "Authenticator", "State"), *(_row(staff) for staff in everybody)]
    return {"staff": [asdict(staff) for staff in everybody]}, terminal.columns(rows)


async def _reset_password(
    db: Database, arguments: Namespace, settings: Settings
) -> tuple[dict[str, object], list[str]]:
    staff = await _person(db, arguments.username)
    password_hash = await _new_password_hash(arguments)
    async with db.transaction() as tx:
        await accounts.set_password(tx, staff.id, password_hash)
        ended = await _end_all(tx, staff.id)
        await record_staff(tx, "staff_password_reset", None, None, f"staff:{staff.id}", "")
    sentence = f"{staff.username} has a new password. All their sessions and {ended} access tokens are ended."
    return {"username": staff.username, "tokens_ended": ended}, [sentence]


async def _reset_otp(
    db: Database, arguments: Namespace, settings: Settings
) -> tuple[dict[str, object], list[str]]:
    staff = await _person(db, arguments.username)
    async with db.transaction() as tx:
        await accounts.set_totp_secret(tx, staff.id, totp.new_secret())
        await recovery.store_codes(tx, staff.id, [])
        ended = await _end_all(tx, staff.id)
        await record_staff(tx, "staff_authenticator_reset", None, None, f"staff:{staff.id}", "")
    sentence = (
        f"{staff.username} enrols a new authenticator at the next sign-in; the old recovery codes are void. "
        f"All their sessions and {ended} access tokens are ended."
    )
    return {"username": staff.username, "tokens_ended": ended}, [sentence]


async def _token(
    db: Database, arguments: Namespace, settings: Settings
) -> tuple[dict[str, object], list[str]]:
    staff = await _person(db, arguments.username)
    async with db.transaction() as tx:
        token = await tokens.new_access_token(tx, staff.id, arguments.label)
        await record_staff(tx, "access_token_made", None, None, f"staff:{staff.id}", "")
    return {"username": staff.username, "token": token}, [token]


async def _sign_in_link(
    db: Database, arguments: Namespace, settings: Settings
) -> tuple[dict[str, object], list[str]]:
    staff = await _person(db, arguments.username)
    async with db.transaction() as tx:
        token = await links.new_sign_in_link(tx, staff.id, arguments.minutes * 60)
        await record_staff(tx, "sign_in_link_made", None, None, f"staff:{staff.id}", "")
    url = address_of(settings) + LINK_PATH + token
    return {"username": staff.username, "url": url, "minutes": arguments.minutes}, [url]


async def _person(db: Database, username: str) -> Staff:
    staff = await accounts.staff_by_username(db, username)
    if staff is None:
        raise NotFound(
            f"Nobody here is called {username}: 'chalkbox staff list' shows everybody.", "no_such_staff"
        )
    return staff


async def _end_all(tx: Transaction, staff_id: int) -> int:
    """Whatever let somebody in before: sessions, links and tokens. Returns how many tokens."""
    await sessions.end_all_of_staff(tx, staff_id)
    await links.end_links_of_staff(tx, staff_id)
    return await tokens.end_tokens_of_staff(tx, staff_id)


async def _new_password_hash(arguments: Namespace) -> str:
    password = terminal.read_password(arguments.password_stdin)
    passwords.check_strength(password, arguments.username)
    return await passwords.Hasher().hash(password)


def _row(staff: Staff) -> tuple[str, ...]:
    return (
        staff.username,
        staff.display_name,
        "operator, teacher" if staff.is_operator else "teacher",
        "enrolled" if staff.totp_confirmed else "not yet",
        "active" if staff.is_active else "switched off",
    )


ACTIONS: dict[str, Change] = {
    "add": _add,
    "list": _list,
    "reset-password": _reset_password,
    "reset-otp": _reset_otp,
    "token": _token,
    "sign-in-link": _sign_in_link,
}
