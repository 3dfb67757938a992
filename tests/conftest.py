"""The cast: Ada teaches 7B, Ben and Chi are in it; Olu teaches another class; Dee is in none; Max runs the box."""

import asyncio
import functools
import re
import shutil
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from sanic import Sanic
from sanic.router import Router as SanicRouter

from appliance.app import Chalkbox, create_app
from appliance.auth import accounts, sessions
from appliance.auth.passwords import LANES, MEMORY_KIB, PASSES
from appliance.auth.totp import new_secret
from appliance.classroom.box import set_up_box
from appliance.classroom.classes import Class, create_class
from appliance.classroom.materials import add_course
from appliance.classroom.students import Student, create_student
from appliance.inference.engine import Engine
from appliance.inference.scripted import ScriptedEngine
from appliance.parts import Parts, refresh_school
from appliance.settings import Settings
from appliance.storage.cache import Cache
from appliance.storage.database import Clock as BoxClock
from appliance.storage.database import Database
from appliance.storage.migrate import migrate
from appliance.web.identity import SESSION_COOKIE

START = 1_800_000_000.0
PASSWORD = "three brave otters"
COURSE = "electricity-you-can-touch"
# One for all: making one for each browser reads every certificate of the machine again.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TOKEN = re.compile(r'name="csrf-token" content="([0-9a-f]+)"')


class Clock:
    """The box's clock, set by hand."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Browser:
    """Somebody's browser: cookies, and the token that its last page carried."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.token = ""

    async def get(self, path: str, **rest: object) -> httpx.Response:
        return self._seen(await self.client.get(path, **rest))  # type: ignore[arg-type]

    async def post(
        self, path: str, data: Mapping[str, object] | None = None, **rest: object
    ) -> httpx.Response:
        """A form, with the token of the last page; `/privacy` is opened first when there was none."""
        if not self.token:
            await self.get("/privacy")
        form = {"csrf_token": self.token, **(data or {})}
        return self._seen(await self.client.post(path, data=form, **rest))  # type: ignore[arg-type]

    async def post_json(self, path: str, body: object, **headers: str) -> httpx.Response:
        if not self.token:
            await self.get("/privacy")
        given = {"X-CSRF-Token": self.token, **headers}
        return self._seen(await self.client.post(path, json=body, headers=given))

    def _seen(self, response: httpx.Response) -> httpx.Response:
        found = TOKEN.search(response.text) if "html" in response.headers.get("content-type", "") else None
        self.token = found[1] if found else self.token
        if not found and SESSION_COOKIE in response.cookies:
            self.token = ""
        return response


@dataclass
class School:
    """A running box with the cast in it."""

    app: Chalkbox
    url: str
    clock: Clock
    engine: ScriptedEngine
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def parts(self) -> Parts:
        parts: Parts = self.app.ctx.parts
        return parts

    async def at_rest(self) -> None:
        """Until nothing is left to do in the background, which would be counted with the page."""
        unfinished = "SELECT id FROM jobs WHERE state IN ('waiting', 'running')"
        async with asyncio.timeout(120):
            while await self.parts.db.fetch_one(unfinished) is not None:  # noqa: ASYNC110 - it is a row that changes
                await asyncio.sleep(0.05)

    async def count(self, table: str) -> int:
        row = await self.parts.db.fetch_one(f"SELECT count(*) AS rows FROM {table}")  # noqa: S608 - a test names it
        assert row is not None
        return int(row["rows"])

    def visitor(self, **headers: str) -> Browser:
        client = httpx.AsyncClient(base_url=self.url, verify=NO_TLS, timeout=120, headers=headers)
        self.clients.append(client)
        return Browser(client)

    def with_session(self, token: str) -> Browser:
        browser = self.visitor()
        browser.client.cookies.set(SESSION_COOKIE, token)
        return browser


@dataclass
class Cast(School):
    """`b7` is Ada's class with the shipped course on its road; `other` is Olu's, empty."""

    ada_id: int = 0
    olu_id: int = 0
    max_id: int = 0
    b7: Class | None = None
    other: Class | None = None
    ben: Student | None = None
    chi: Student | None = None

    async def staff(self, staff_id: int) -> Browser:
        async with self.parts.db.transaction() as tx:
            return self.with_session(await sessions.begin_staff(tx, staff_id, verified=True))

    async def ada(self) -> Browser:
        return await self.staff(self.ada_id)

    async def olu(self) -> Browser:
        return await self.staff(self.olu_id)

    async def max(self) -> Browser:
        return await self.staff(self.max_id)

    async def student(self, student: Student | None) -> Browser:
        assert student is not None
        async with self.parts.db.transaction() as tx:
            return self.with_session(await sessions.begin_student(tx, student.id, 1))

    @property
    def classroom(self) -> Class:
        assert self.b7 is not None
        return self.b7


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(appliance_data=tmp_path / "data", appliance_models=tmp_path / "models")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with nothing in it but its tables."""
    path = tmp_path_factory.mktemp("migrated") / "box.sqlite3"
    migrate(path, path.parent / "backups")
    return path


@pytest.fixture(scope="session")
def seated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cast]:
    """The data folder of a box with the cast in it and its courses indexed: made once, copied for each test."""
    folder = tmp_path_factory.mktemp("seated")
    settings = Settings(appliance_data=folder / "data", appliance_models=folder / "models")

    async def furnish() -> Cast:
        clock, engine = Clock(), ScriptedEngine()
        async with started(settings, clock, engine) as (app, url):
            people = Cast(app, url, clock, engine)
            await seat(people)
            await people.at_rest()
            return people

    # A loop of its own, that the tests' loops don't hear of.
    loop = asyncio.new_event_loop()
    try:
        people = loop.run_until_complete(furnish())
    finally:
        loop.close()
    return settings.appliance_data, people


@pytest.fixture
async def db(tmp_path: Path, clock: BoxClock, migrated: Path) -> AsyncIterator[Database]:
    """A fresh database without a box around it."""
    database = Database(tmp_path / "box.sqlite3", clock)
    shutil.copyfile(migrated, database.path)
    await database.open(tmp_path / "backups")
    yield database
    await database.close()


@pytest.fixture
async def cache(tmp_path: Path) -> AsyncIterator[Cache]:
    store = Cache(tmp_path / "cache")
    yield store
    await store.close()


@pytest.fixture
async def bare_box(settings: Settings, clock: Clock, engine: ScriptedEngine) -> AsyncIterator[School]:
    """A box that nobody has set up."""
    async with started(settings, clock, engine) as (app, url):
        school = School(app, url, clock, engine)
        yield school
        for client in school.clients:
            await client.aclose()


@pytest.fixture
async def cast(
    settings: Settings, clock: Clock, engine: ScriptedEngine, seated: tuple[Path, Cast]
) -> AsyncIterator[Cast]:
    data, everybody = seated
    shutil.copytree(data, settings.appliance_data, ignore=shutil.ignore_patterns("cache"), dirs_exist_ok=True)
    async with started(settings, clock, engine) as (app, url):
        people = replace(everybody, app=app, url=url, clock=clock, engine=engine, clients=[])
        yield people
        for client in people.clients:
            await client.aclose()


class started:
    """A box on a free loopback port, in the loop of the test."""

    def __init__(self, settings: Settings, clock: Clock, engine: Engine | None) -> None:
        self._app = create_app(settings, clock, engine)

    async def __aenter__(self) -> tuple[Chalkbox, str]:
        listener = socket.create_server(("127.0.0.1", 0))
        server = await self._app.create_server(sock=listener, return_asyncio_server=True)
        assert server is not None
        self._server = server
        await server.startup()
        await server.before_start()
        await server.start_serving()
        await server.after_start()
        return self._app, f"http://127.0.0.1:{listener.getsockname()[1]}"

    async def __aexit__(self, *error: object) -> None:
        await self._server.before_stop()
        self._server.close()
        await self._server.after_stop()
        self._forget()

    def _forget(self) -> None:
        """Sanic keeps every application of the process, 6 MB each, and the collector looks through all of them."""
        Sanic.unregister_app(self._app)
        SanicRouter.get.cache_clear()
        SanicRouter.find_route_by_view_name.cache_clear()


@functools.cache
def hashed_password() -> str:
    """Everybody has the same one, so it is hashed once: the hash is slow on purpose."""
    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES).hash(PASSWORD)


async def seat(people: Cast) -> None:
    """Everybody to their place."""
    parts = people.parts
    password_hash = hashed_password()
    async with parts.db.transaction() as tx:
        await set_up_box(tx, "Hill School", "en", "Europe/Madrid")
        ids = []
        for username, is_operator in (("ada", False), ("olu", False), ("max", True)):
            staff = await accounts.create_staff(
                tx, username, username.capitalize(), password_hash, new_secret(), is_operator=is_operator
            )
            await accounts.confirm_totp(tx, staff.id, 1)
            ids.append(staff.id)
        people.ada_id, people.olu_id, people.max_id = ids
        people.b7 = await create_class(tx, people.ada_id, "7B")
        people.other = await create_class(tx, people.olu_id, "8C")
        await add_course(tx, people.b7.id, parts.shelf.course(COURSE), parts.shelf.lessons(COURSE))
        people.ben = await create_student(tx, people.b7.id, "Ben")
        people.chi = await create_student(tx, people.b7.id, "Chi")
    await refresh_school(people.app)
