"""Durable background work: a table of jobs and one worker that walks through it, also after a restart."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from appliance.errors import Refusal
from appliance.storage.database import Database, Transaction

MAX_ATTEMPTS = 3
RETRY_SECONDS = 30
IDLE_SECONDS = 30.0
FAILED = "This did not work. Try it again; if it fails again, ask the person who looks after the box."

log = logging.getLogger("chalkbox.jobs")


@dataclass(frozen=True)
class Job:
    id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int


Handler = Callable[[Job], Awaitable[None]]


async def enqueue(tx: Transaction, kind: str, payload: Mapping[str, Any]) -> int:
    """Add one job; an equal one that still waits is not added twice. Returns its id."""
    body = json.dumps(payload, sort_keys=True)
    waiting = await tx.fetch_one(
        "SELECT id FROM jobs WHERE kind = :kind AND payload = :payload AND state = 'waiting'",
        kind=kind,
        payload=body,
    )
    if waiting is not None:
        return int(waiting["id"])
    return await tx.insert(
        "INSERT INTO jobs (kind, payload, run_at, created_at) VALUES (:kind, :payload, :now, :now)",
        kind=kind,
        payload=body,
        now=tx.now,
    )


class JobRunner:
    """Runs one job at a time. Handlers must bear being run twice: a power cut may come before `done` is kept."""

    def __init__(self, db: Database, handlers: Mapping[str, Handler]) -> None:
        self._db = db
        self._handlers = handlers
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """Say that something was enqueued."""
        self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._take_up_again()
                while (job := await self._take()) is not None:
                    await self._finish(job, await self._outcome(job))
            except Refusal as refusal:
                # A disk that is full now may have room later: the worker outlives it.
                log.warning("jobs_wait code=%s", refusal.code)
            with suppress(TimeoutError):
                # Not wait_for: when it is woken and cancelled at once it forgets the cancel, and never stops.
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._wake.wait()

    async def _take_up_again(self) -> None:
        """What a power cut or a full disk left half-done; a job that takes the box down each time is given up."""
        async with self._db.transaction() as tx:
            await tx.execute(
                """
                UPDATE jobs
                SET state = CASE WHEN attempts < :most THEN 'waiting' ELSE 'failed' END,
                    message = CASE WHEN attempts < :most THEN '' ELSE :failed END
                WHERE state = 'running'
                """,
                most=MAX_ATTEMPTS,
                failed=FAILED,
            )

    async def _take(self) -> Job | None:
        async with self._db.transaction() as tx:
            row = await tx.fetch_one(
                """
                UPDATE jobs
                SET state = 'running', attempts = attempts + 1
                WHERE id = (
                  SELECT id FROM jobs
                  WHERE state = 'waiting' AND (run_at <= :now OR run_at > :now + :longest_wait)
                  ORDER BY run_at, id
                  LIMIT 1)
                RETURNING id, kind, payload, attempts
                """,
                now=tx.now,
                # Due later than anything may be: the clock has been set back meanwhile.
                longest_wait=RETRY_SECONDS,
            )
        if row is None:
            return None
        return Job(row["id"], row["kind"], json.loads(row["payload"]), row["attempts"])

    async def _outcome(self, job: Job) -> str:
        """Empty when it worked, else the sentence for whoever waits for it."""
        try:
            await self._handlers[job.kind](job)
        except Refusal as refusal:
            log.warning("job_refused kind=%s id=%d code=%s", job.kind, job.id, refusal.code)
            return refusal.message
        except Exception:
            log.exception("job_failed kind=%s id=%d attempt=%d", job.kind, job.id, job.attempts)
            return FAILED
        return ""

    async def _finish(self, job: Job, problem: str) -> None:
        again = bool(problem) and job.attempts < MAX_ATTEMPTS
        state = "done" if not problem else "waiting" if again else "failed"
        async with self._db.transaction() as tx:
            await tx.execute(
                """
                UPDATE jobs
                SET state = :state, message = :message, run_at = :run_at, finished_at = :now,
                    progress = CASE :state WHEN 'done' THEN 1 ELSE progress END
                WHERE id = :id
                """,
                state=state,
                message=problem,
                run_at=tx.now + RETRY_SECONDS if again else tx.now,
                now=tx.now,
                id=job.id,
            )
