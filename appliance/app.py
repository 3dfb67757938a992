"""What exists, in which order it starts, and in which it stops."""

import asyncio
import contextlib
import errno
import logging
import math
import secrets as random
import signal
import socket
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sanic import Sanic

from appliance import api, operator, student, teacher, visitor
from appliance.auth.passwords import Hasher
from appliance.auth.throttle import Throttle
from appliance.classroom.audit import forget_student_events
from appliance.classroom.presence import Presence
from appliance.errors import NotFound, Refusal, StartRefused
from appliance.helper.counted_questions import forget_questions
from appliance.helper.pipeline import Helper
from appliance.inference import local, models, processor
from appliance.inference.backends import borrowed
from appliance.inference.circuit import Circuit
from appliance.inference.engine import Engine
from appliance.inference.local import LocalEngine, ModelFiles, States, Tuning
from appliance.inference.probe import probe
from appliance.inference.queue import FairQueue
from appliance.inference.router import Patience, Router
from appliance.inference.scripted import MockEngine
from appliance.inference.tuned import tuned_for
from appliance.library import document_copies, documents, reindexing
from appliance.library.courses import Course, Shelf
from appliance.library.index import index_course
from appliance.library.references import references_of
from appliance.library.reindexing import changed, index_words
from appliance.operations import console, garbage, mdns, measurement, retention, systemd
from appliance.operations.address import address_of, at
from appliance.operations.data_folder import prepare
from appliance.operations.demo import Demo, prepare_demo
from appliance.operations.interfaces import EVERYWHERE
from appliance.parts import Parts, refresh_school
from appliance.settings import Settings
from appliance.storage import secrets
from appliance.storage.cache import Cache
from appliance.storage.database import Clock, Database
from appliance.storage.files import FileStore
from appliance.storage.jobs import Handler, Job, JobRunner
from appliance.storage.partial_files import PartialFiles
from appliance.storage.scanning import scanner_of
from appliance.study.generation import MAKE_ACTIVITY, MAKE_BLUEPRINT, Generation
from appliance.study.reading import read_document
from appliance.study.writing import Writer
from appliance.web import hosts, middleware, refusals
from appliance.web.rendering import Pages
from appliance.web.routes import Routes
from appliance.web.static_files import StaticFiles
from appliance.work import removals
from appliance.work.certificate_pages import CertificatePages
from appliance.work.page_pictures import PagePictures
from appliance.work.partial_uploads import sweep_uploads
from appliance.work.pictures import Pictures
from appliance.work.submissions import sweep_files

# Everything but uploads, which count their own bytes.
REQUEST_BYTES = 2 * 1024 * 1024
DRAIN_SECONDS = 10.0
SETTLE_SECONDS = 0.05
WATCH_SECONDS = 3.0
# The lanes of background work.
READING = "reading"
INDEXING = "indexing"
WRITING = "writing"
COPYING = "copying"
# None waits for another: a paper is read while a long course gets its vectors, a slow model makes a quiz and a class is
# copied.
LANES = {
    reindexing.JOB: INDEXING,
    documents.JOB: READING,
    document_copies.COPY_JOB: COPYING,
    MAKE_ACTIVITY: WRITING,
    MAKE_BLUEPRINT: WRITING,
}

log = logging.getLogger("chalkbox")


@dataclass(frozen=True)
class Chosen:
    """What the list of models says; `choices` is how often the chat model was chosen."""

    files: ModelFiles
    tuning: Tuning
    choices: int


class Chalkbox(Sanic):
    """Sanic, with HEAD, and with a stop that ends: its own loop over named tasks can spin when one is slow to die."""

    def add_route(
        self, handler: Any, uri: str, methods: Iterable[str] = ("GET",), *rest: Any, **named: Any
    ) -> Any:
        """Where a page may be had, its head may be asked for alone."""
        allowed = frozenset(methods)
        allowed |= {"HEAD"} if "GET" in allowed else set()
        # Left unsaid, Sanic guesses it by parsing the source of every handler at every start.
        named.setdefault("error_format", "text")
        return super().add_route(handler, uri, allowed, *rest, **named)

    def shutdown_tasks(self, timeout: float | None = None, increment: float = 0.1) -> None:
        for task in self.tasks:
            task.cancel()
        self._task_registry.clear()


def create_app(settings: Settings, clock: Clock = time.time, engine: Engine | None = None) -> Chalkbox:
    """The box, not started yet. `engine` takes the place of the one that the settings name."""
    app = Chalkbox(f"chalkbox-{random.token_hex(4)}", router=Routes(), configure_logging=False)
    # Sanic would rewrite its own methods at start, which a second app in one process does not survive.
    app.config.TOUCHUP = False
    app.config.REQUEST_MAX_SIZE = REQUEST_BYTES
    app.config.REQUEST_TIMEOUT = 90
    app.config.RESPONSE_TIMEOUT = 600
    app.config.KEEP_ALIVE_TIMEOUT = 30
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = DRAIN_SECONDS
    app.config.ACCESS_LOG = False
    app.config.FALLBACK_ERROR_FORMAT = "text"
    static = StaticFiles()
    app.ctx.pages = Pages(static)
    static.attach(app)
    middleware.attach(app)
    refusals.attach(app)
    for room in (visitor, student, teacher, operator, api):
        room.attach(app)

    @app.before_server_start
    async def start(app: Chalkbox) -> None:
        await _start(app, settings, clock, engine)

    @app.after_server_start
    async def ready(app: Chalkbox) -> None:
        if mdns.is_wanted(settings):
            app.ctx.naming = asyncio.create_task(app.ctx.parts.announcer.run())
        app.ctx.readiness = asyncio.create_task(_say_ready(app, settings))

    @app.before_server_stop
    async def stop(app: Chalkbox) -> None:
        if not hasattr(app.ctx, "stopping"):
            app.ctx.stopping = asyncio.create_task(_stop(app))
        await app.ctx.stopping

    @app.after_server_stop
    async def close(app: Chalkbox) -> None:
        await _close(app)

    return app


def serve(settings: Settings, demo: bool) -> None:
    """Run the box until SIGTERM or Ctrl-C. Raises StartRefused with a sentence when it can't begin."""
    # Found here it is one sentence on the console; found while the server starts, a traceback too.
    references_of(settings)
    listener = _listen(settings)
    seeded = asyncio.run(prepare_demo(settings)) if demo else None
    app = create_app(settings)
    app.ctx.has_the_process = True

    @app.after_server_start
    async def announce(app: Chalkbox) -> None:
        app.ctx.announcement = asyncio.create_task(_announce(app, settings, seeded))

    @app.before_server_stop
    async def stay(app: Chalkbox) -> None:
        for again in (signal.SIGINT, signal.SIGTERM):
            # A second Ctrl-C would stop the loop in the middle of closing the database.
            asyncio.get_running_loop().add_signal_handler(again, lambda: None)

    app.run(sock=listener, single_process=True, access_log=False, motd=False)


def _show(held: mdns.Announced | None, settings: Settings) -> None:
    """The name on the console and in `systemctl status`, whenever it changes."""
    if held is None:
        console.say(console.unannounced(address_of(settings)))
        return
    named, number = (at(host, settings.appliance_port) for host in (held.name, held.number))
    systemd.status(f"{named} or {number}")
    console.say(console.announced(named, number))


def _listen(settings: Settings) -> socket.socket:
    """The address the box answers on."""
    host, port = settings.appliance_host, settings.appliance_port
    try:
        return socket.create_server((host, port), backlog=1024)
    except OSError as error:
        reasons = {
            errno.EADDRINUSE: f"Port {port} is in use by another program: stop that one or choose another --port.",
            errno.EACCES: f"Port {port} may not be used by this user: choose a --port above 1023.",
        }
        sentence = reasons.get(
            error.errno or 0, f"{host} is not an address of this machine: choose another --host."
        )
        raise StartRefused(sentence) from error


async def _say_ready(app: Chalkbox, settings: Settings) -> None:
    # Sanic loses a stop signal that comes before its loop runs on its own: be ready only then.
    await asyncio.sleep(SETTLE_SECONDS)
    parts: Parts = app.ctx.parts
    systemd.ready()
    log.info("ready host=%s port=%d", settings.appliance_host, settings.appliance_port)
    await asyncio.to_thread(app.ctx.pages.warm)
    if hasattr(app.ctx, "has_the_process"):
        garbage.set_aside()
    await systemd.watchdog(parts.db.moves)


async def _announce(app: Chalkbox, settings: Settings, seeded: Demo | None) -> None:
    await asyncio.sleep(SETTLE_SECONDS)
    code = "" if app.ctx.school() else secrets.setup_code(settings.appliance_data / "secrets")
    console.say(console.welcome(address_of(settings), code, seeded))
    app.ctx.parts.announcer.tell(lambda held: _show(held, settings))


async def _start(app: Chalkbox, settings: Settings, clock: Clock, engine: Engine | None) -> None:
    data = settings.appliance_data
    prepare(data)
    keys = secrets.load_or_make(data / "secrets")
    db = Database(settings.database, clock)
    await db.open(data / "backups")
    files = FileStore(data / "uploads", scanner_of(settings))
    # Before the first upload can come: nothing that is on its way is mistaken for an orphan.
    await files.forget_arrivals()
    swept = await sweep_files(db, files)
    cache = Cache(data / "cache")
    chosen_engine = engine or _engine(settings)
    parts = _parts(settings, keys, clock, db, cache, files, chosen_engine)
    await sweep_uploads(db, parts.partial_files)
    app.ctx.parts, app.ctx.db, app.ctx.secrets = parts, db, keys
    await _forget_old_counts(db, settings)
    app.ctx.api_key = settings.appliance_api_key
    own_names = (
        hosts.names_of_machine() | settings.more_hosts | ({settings.appliance_host.lower()} - EVERYWHERE)
    )
    app.ctx.host_names = lambda: own_names | parts.announcer.names
    await refresh_school(app)
    await parts.router.start()
    await parts.jobs.start(daily=[removals.JOB])
    courses = parts.shelf.courses()
    await _index(parts, courses)
    app.ctx.watch = asyncio.create_task(_watch(app, settings, chosen_engine, courses))
    app.ctx.retention = asyncio.create_task(retention.run_daily(settings, clock))
    log.info(
        "started files_put_aside=%d taken_back=%d forgotten=%d engine=%s",
        swept.put_aside,
        swept.taken_back,
        swept.forgotten,
        chosen_engine.state,
    )


async def _forget_old_counts(db: Database, settings: Settings) -> None:
    """At every start and every day."""
    try:
        async with db.transaction() as tx:
            await forget_questions(tx, settings.retention_helper_questions_days)
            if (moment := retention.events_end(settings, tx.now)) is not None:
                await forget_student_events(tx, moment)
    except Refusal as refusal:
        log.warning("helper_counts_kept code=%s", refusal.code)


def _parts(
    settings: Settings,
    keys: secrets.Secrets,
    clock: Clock,
    db: Database,
    cache: Cache,
    files: FileStore,
    engine: Engine,
) -> Parts:
    shelf = Shelf([settings.appliance_data / "courses", settings.appliance_content])
    throttle = Throttle(cache, clock)
    router = _router(settings, engine)
    helper = Helper(settings, keys.scope, router, db, shelf, cache, throttle, clock)

    async def index(job: Job) -> None:
        course = shelf.course(str(job.payload["course"]))
        await index_course(db, course, router.embed, references=references_of(settings))

    async def read(job: Job) -> None:
        await read_document(job, db, files, router.embed)

    async def measure(job: Job) -> None:
        await measurement.measure_beside(settings, engine)

    async def forget(job: Job) -> None:
        await removals.forget_removed(db, files)
        await _forget_old_counts(db, settings)

    generation = Generation(db, Writer(router))
    handlers: dict[str, Handler] = {
        reindexing.JOB: index,
        documents.JOB: read,
        document_copies.COPY_JOB: read,
        MAKE_ACTIVITY: generation.make_activity,
        MAKE_BLUEPRINT: generation.make_blueprint,
        measurement.JOB: measure,
        removals.JOB: forget,
    }
    return Parts(
        settings, keys, clock, db, cache, files, JobRunner(db, handlers, LANES), shelf, throttle, Hasher(),
        engine, router, helper, mdns.announcer(settings), PagePictures(), Pictures(), PartialFiles(files),
        Presence(), CertificatePages(),
    )  # fmt: skip


def _router(settings: Settings, engine: Engine) -> Router:
    router = Router(
        engine,
        FairQueue(
            lambda: router.slots,
            settings.helper_max_waiting,
            settings.helper_queue_max_wait_seconds,
            time.monotonic,
            lambda: router.pause,
        ),
        # Faults in a row, however long each takes: an engine that hangs fails more slowly than one that is dead.
        Circuit(
            settings.helper_circuit_breaker_failures,
            settings.helper_circuit_breaker_ttl_seconds,
            time.monotonic,
            window=math.inf,
        ),
        Patience(
            whole=settings.helper_queue_slot_ttl_seconds,
            attempts=settings.helper_backend_max_attempts,
            backoff=settings.helper_backoff_seconds,
        ),
        borrowed=borrowed(settings, time.monotonic),
    )
    if isinstance(engine, LocalEngine):
        engine.listen(router.refresh)
    return router


async def _index(parts: Parts, courses: Sequence[Course]) -> None:
    """What has changed on the shelf, and papers that were read without a search model.

    The words first and outside the line of jobs: a lesson must answer while a long paper is still being read.
    """
    await index_words(parts.db, courses, references_of(parts.settings))
    async with parts.db.transaction() as tx:
        await documents.enqueue_unfinished(tx)
    parts.jobs.wake()


def _engine(settings: Settings) -> Engine:
    if settings.helper_llm_backend == "mock":
        return MockEngine(settings.helper_mock_response_text)
    states = States(settings.appliance_data / "cache" / "beginnings")
    return LocalEngine(
        _model_files(settings),
        _tuning(settings),
        refusal=processor.refusal(),
        states=states,
        patience=local.Patience(drain=settings.helper_queue_slot_ttl_seconds),
    )


def _tuning(settings: Settings) -> Tuning:
    """What was measured of the chosen model on this machine, else safe guesses; the operator's own number wins."""
    folder = settings.appliance_data / "models"
    measured = tuned_for(folder, models.chosen(folder, "chat", settings.appliance_models))
    tuning = measured.tuning if measured else Tuning()
    return replace(tuning, slots=settings.helper_max_concurrency or tuning.slots)


def _model_files(settings: Settings) -> ModelFiles:
    folder = settings.appliance_data / "models"
    chat = models.chosen(folder, "chat", settings.appliance_models)
    embedder = models.chosen(folder, "embedding", settings.appliance_models)
    reranker = models.chosen(folder, "reranking")
    return ModelFiles(
        chat.path if chat else None,
        chat.name if chat else "",
        embedder.path if embedder else None,
        embedder.name if embedder else "",
        reranker.path if reranker else None,
        reranker.name if reranker else "",
    )


async def _watch(app: Chalkbox, settings: Settings, engine: Engine, indexed: Sequence[Course]) -> None:
    """What other processes did is seen here within seconds: `chalkbox setup`, `chalkbox models`, a file copied in."""
    known = await asyncio.to_thread(_chosen, settings)
    while True:
        try:
            if app.ctx.school() is None:
                await refresh_school(app)
            known = await _take_up_models(settings, engine, known)
            indexed = await _index_edited(app.ctx.parts, indexed)
            app.ctx.parts.router.refresh()
            app.ctx.parts.presence.sweep(app.ctx.db.now())
        except (Refusal, OSError, sqlite3.Error):
            # A full disk or a stick pulled out must not end the watch: the next look may find it well again.
            log.exception("watch_failed")
        await asyncio.sleep(WATCH_SECONDS)


async def _index_edited(parts: Parts, indexed: Sequence[Course]) -> Sequence[Course]:
    courses = parts.shelf.courses()
    if edited := changed(indexed, courses):
        await index_words(parts.db, edited, references_of(parts.settings))
        parts.jobs.wake()
    return courses


async def _take_up_models(settings: Settings, engine: Engine, known: Chosen) -> Chosen:
    await models.adopt(settings.appliance_data / "models", probe, datetime.now(UTC))
    chosen = await asyncio.to_thread(_chosen, settings)
    is_other = (chosen.files, chosen.tuning) != (known.files, known.tuning)
    # the one that was switched off, chosen once more
    is_again = chosen.choices != known.choices and engine.state == "failed"
    if isinstance(engine, LocalEngine) and (is_other or is_again):
        log.info("model_changed chat=%s", chosen.files.chat_name or "none")
        await engine.choose(chosen.files, chosen.tuning)
    elif isinstance(engine, LocalEngine) and engine.turned_down:
        # What could not be loaded is not tried again at the next start: the list says what answers.
        answers = engine.choice.files.chat_name
        if answers != chosen.files.chat_name:
            # A model that was removed while it answers stands on no list.
            with contextlib.suppress(NotFound):
                await asyncio.to_thread(models.use, settings.appliance_data / "models", answers)
    return chosen


def _chosen(settings: Settings) -> Chosen:
    chat = models.chosen(settings.appliance_data / "models", "chat", settings.appliance_models)
    return Chosen(_model_files(settings), _tuning(settings), chat.choices if chat else 0)


async def _stop(app: Chalkbox) -> None:
    systemd.stopping()
    if not hasattr(app.ctx, "parts"):
        return
    parts: Parts = app.ctx.parts
    # The goodbye comes first: nobody new is led to a box that is leaving.
    for task in (
        *(getattr(app.ctx, name, None) for name in ("naming", "readiness")),
        app.ctx.watch,
        app.ctx.retention,
    ):
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    parts.presence.close()
    await parts.helper.close(DRAIN_SECONDS)
    await parts.jobs.stop()
    await parts.router.stop()


async def _close(app: Chalkbox) -> None:
    """What requests under way still needed: an upload that arrives while the box stops is kept."""
    if not hasattr(app.ctx, "parts"):
        return
    parts: Parts = app.ctx.parts
    await parts.cache.close()
    await parts.db.close()
    log.info("stopped")
