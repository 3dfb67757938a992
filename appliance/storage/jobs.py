"""Durable background work: a table of jobs in a few lanes, each walked through in order, also after a restart."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from appliance.errors import Refusal
from appliance.storage.database import Database, Transaction

MAX_ATTEMPTS = 3
RETRY_SECONDS = 30
IDLE_SECONDS = 30.0
DAY = 24 * 3600
DONE_KEPT = 30 * DAY
# Longer: a teacher may ask after the holidays why a paper was not read.
FAILED_KEPT = 90 * DAY
# For a kind that nobody put into a lane.
OTHER_LANE = "other"
FAILED = "This did not work. Try it again; if it fails again, ask the person who looks after the box."

# Asked of a row of `jobs`; `lanes` is a JSON object of kind and lane.
IN_LANE = "coalesce((SELECT value FROM json_each(:lanes) WHERE key = kind), :other) = :lane"

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
    """Runs one job of each lane at a time, and the lanes side by side.

    `lanes` says which lane a kind belongs to; what it leaves out shares one. Handlers must bear being run twice: a
    power cut may come before `done` is kept.
    """

    def __init__(
        self, db: Database, handlers: Mapping[str, Handler], lanes: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._db = db
        self._handlers = handlers
        self._lanes = json.dumps(dict(lanes))
        self._wakes = {lane: asyncio.Event() for lane in (*lanes.values(), OTHER_LANE)}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, daily: Sequence[str] = ()) -> None:
        """`daily` are kinds that are run now and every day from now on."""
        self._tasks = [
            *(asyncio.create_task(self._run(lane)) for lane in self._wakes),
            asyncio.create_task(self._every_day(daily)),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def wake(self) -> None:
        """Say that something was enqueued."""
        for wake in self._wakes.values():
            wake.set()

    async def _run(self, lane: str) -> None:
        wake = self._wakes[lane]
        while True:
            wake.clear()
            try:
                await self._take_up_again(lane)
                while (job := await self._take(lane)) is not None:
                    await self._finish(job, await self._outcome(job))
            except Refusal as refusal:
                # A disk that is full now may have room later: the lane outlives it.
                log.warning("jobs_wait lane=%s code=%s", lane, refusal.code)
            with suppress(TimeoutError):
                # Not wait_for: when it is woken and cancelled at once it forgets the cancel, and never stops.
                async with asyncio.timeout(IDLE_SECONDS):
                    await wake.wait()

    async def _every_day(self, daily: Sequence[str]) -> None:
        while True:
            try:
                await self._forget_old()
                async with self._db.transaction() as tx:
                    for kind in daily:
                        await enqueue(tx, kind, {})
                self.wake()
            except Refusal as refusal:
                log.warning("jobs_kept code=%s", refusal.code)
            await asyncio.sleep(DAY)

    async def _forget_old(self) -> None:
        async with self._db.transaction() as tx:
            await tx.execute(
                """
                DELETE FROM jobs
                WHERE (state = 'done' AND finished_at < :done_before)
                  OR (state = 'failed' AND coalesce(finished_at, run_at) < :failed_before)
                """,
                done_before=tx.now - DONE_KEPT,
                failed_before=tx.now - FAILED_KEPT,
            )

    async def _take_up_again(self, lane: str) -> None:
        """What a power cut or a full disk left half-done; a job that takes the box down each time is given up."""
        async with self._db.transaction() as tx:
            await tx.execute(
                f"""
                UPDATE jobs
                SET state = CASE WHEN attempts < :most THEN 'waiting' ELSE 'failed' END,
                    message = CASE WHEN attempts < :most THEN '' ELSE :failed END,
                    finished_at = CASE WHEN attempts < :most THEN finished_at ELSE :now END
                WHERE state = 'running' AND {IN_LANE}
                """,  # noqa: S608 - a constant
                most=MAX_ATTEMPTS,
                failed=FAILED,
                now=tx.now,
                lane=lane,
                lanes=self._lanes,
                other=OTHER_LANE,
            )

    async def _take(self, lane: str) -> Job | None:
        async with self._db.transaction() as tx:
            row = await tx.fetch_one(
                f"""
                UPDATE jobs
                SET state = 'running', attempts = attempts + 1
                WHERE id = (
                  SELECT id FROM jobs
                  WHERE state = 'waiting' AND (run_at <= :now OR run_at > :now + :longest_wait) AND {IN_LANE}
                  ORDER BY run_at, id
                  LIMIT 1)
                RETURNING id, kind, payload, attempts
                """,  # noqa: S608 - a constant
                now=tx.now,
                # Due later than anything may be: the clock has been set back meanwhile.
                longest_wait=RETRY_SECONDS,
                lane=lane,
                lanes=self._lanes,
                other=OTHER_LANE,
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
