"""Background work: done once, tried again, failed with a sentence, and still there after a restart."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from appliance.errors import Invalid
from appliance.storage import jobs
from appliance.storage.database import Clock, Database
from appliance.storage.jobs import (
    DAY,
    DONE_KEPT,
    FAILED,
    FAILED_KEPT,
    MAX_ATTEMPTS,
    RETRY_SECONDS,
    Handler,
    Job,
    JobRunner,
    enqueue,
)

YEAR = 365 * 24 * 3600


class Work:
    """What the worker was asked to do; `problems` are raised one after the other before it works."""

    def __init__(self, *problems: Exception) -> None:
        self.seen: list[Job] = []
        self.problems = list(problems)

    async def __call__(self, job: Job) -> None:
        self.seen.append(job)
        if self.problems:
            raise self.problems.pop(0)


@asynccontextmanager
async def running(db: Database, handler: Handler) -> AsyncIterator[JobRunner]:
    runner = JobRunner(db, {"index": handler})
    await runner.start()
    yield runner
    await runner.stop()


async def add(db: Database, **payload: Any) -> int:
    async with db.transaction() as tx:
        return await enqueue(tx, "index", payload)


async def job(db: Database, job_id: int) -> dict[str, Any]:
    row = await db.fetch_one("SELECT * FROM jobs WHERE id = :id", id=job_id)
    assert row is not None
    return dict(row)


async def state(db: Database, job_id: int, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The job's row as soon as it is as wanted."""
    async with asyncio.timeout(10):
        while not wanted(row := await job(db, job_id)):  # noqa: ASYNC110 - a row sets no event
            await asyncio.sleep(0.005)
    return row


def is_in(*states: str, attempts: int = 1) -> Callable[[dict[str, Any]], bool]:
    return lambda row: row["state"] in states and row["attempts"] >= attempts


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "chalkbox.jobs")


async def test_a_job_is_done_with_its_payload_and_all_of_its_progress(db: Database) -> None:
    work = Work()
    async with running(db, work) as runner:
        job_id = await add(db, course="electricity")
        runner.wake()
        row = await state(db, job_id, is_in("done"))
    assert work.seen == [Job(job_id, "index", {"course": "electricity"}, 1)]
    assert (row["progress"], row["message"], row["finished_at"]) == (1.0, "", db.now())


async def test_jobs_run_in_the_order_they_came(db: Database) -> None:
    ids = [await add(db, number=number) for number in range(5)]
    work = Work()
    async with running(db, work):
        await state(db, ids[-1], is_in("done"))
    assert [done.id for done in work.seen] == ids


async def test_an_equal_job_that_still_waits_is_not_added_twice(db: Database) -> None:
    first = await add(db, a=1, b=2)
    assert await add(db, b=2, a=1) == first
    assert await add(db, a=1, b=3) != first


async def test_a_job_that_is_done_may_be_asked_for_again(db: Database) -> None:
    async with running(db, Work()) as runner:
        first = await add(db, course="a")
        runner.wake()
        await state(db, first, is_in("done"))
        assert await add(db, course="a") != first


@pytest.mark.usefixtures("quiet")
async def test_a_failure_is_tried_again_after_a_pause_and_then_works(db: Database, clock: Any) -> None:
    work = Work(RuntimeError("the disk hiccuped"))
    async with running(db, work) as runner:
        job_id = await add(db)
        runner.wake()
        row = await state(db, job_id, is_in("waiting"))
        assert (row["message"], row["run_at"]) == (FAILED, db.now() + RETRY_SECONDS)
        assert len(work.seen) == 1
        clock.now += RETRY_SECONDS
        runner.wake()
        row = await state(db, job_id, is_in("done"))
    assert [seen.attempts for seen in work.seen] == [1, 2]
    assert row["message"] == ""


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (RuntimeError("trace"), FAILED),
        (Invalid("This pack has no course.yaml."), "This pack has no course.yaml."),
    ],
)
async def test_after_three_tries_it_has_failed_with_a_sentence(
    db: Database, clock: Any, problem: Exception, sentence: str
) -> None:
    work = Work(*[problem] * 9)
    async with running(db, work) as runner:
        job_id = await add(db)
        for attempt in range(1, MAX_ATTEMPTS + 1):
            runner.wake()
            row = await state(db, job_id, is_in("waiting", "failed", attempts=attempt))
            clock.now += RETRY_SECONDS
    assert (row["state"], row["message"], len(work.seen)) == ("failed", sentence, MAX_ATTEMPTS)


@pytest.mark.usefixtures("quiet")
async def test_one_bad_job_does_not_hold_up_the_next(db: Database) -> None:
    bad = await add(db, number=1)
    good = await add(db, number=2)
    async with running(db, Work(RuntimeError())):
        await state(db, good, is_in("done"))
    assert (await job(db, bad))["state"] == "waiting"


@pytest.mark.usefixtures("quiet")
async def test_a_kind_nobody_knows_fails_and_the_worker_lives(db: Database) -> None:
    async with db.transaction() as tx:
        unknown = await enqueue(tx, "from-a-newer-box", {})
    known = await add(db)
    async with running(db, Work()):
        await state(db, known, is_in("done"))
    assert (await job(db, unknown))["message"] == FAILED


async def test_a_job_cut_off_by_a_stop_runs_again_after_the_restart(
    db: Database, tmp_path: Path, clock: Clock
) -> None:
    begun = asyncio.Event()

    async def never_ends(job: Job) -> None:
        begun.set()
        await asyncio.Event().wait()

    job_id = await add(db, course="a")
    async with running(db, never_ends):
        await asyncio.wait_for(begun.wait(), 10)
    assert (await job(db, job_id))["state"] == "running"
    await db.close()
    after = Database(db.path, clock)
    await after.open(tmp_path / "backups")
    work = Work()
    async with running(after, work):
        await state(after, job_id, is_in("done"))
    assert [seen.attempts for seen in work.seen] == [2]
    await after.close()


async def test_a_job_that_takes_the_box_down_every_time_is_given_up(db: Database) -> None:
    job_id = await add(db)
    async with db.transaction() as tx:
        await tx.execute("UPDATE jobs SET state = 'running', attempts = :most", most=MAX_ATTEMPTS)
    work = Work()
    async with running(db, work) as runner:
        later = await add(db, number=2)
        runner.wake()
        await state(db, later, is_in("done"))
    row = await job(db, job_id)
    assert (row["state"], row["message"]) == ("failed", FAILED)
    assert [seen.id for seen in work.seen] == [later]


async def test_the_worker_outlives_a_full_disk(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    work = Work()

    async def fills_the_disk(job: Job) -> None:
        await work(job)
        if len(work.seen) == 1:
            await pragma(db, "PRAGMA query_only = ON")

    async with running(db, fills_the_disk) as runner:
        job_id = await add(db)
        runner.wake()
        async with asyncio.timeout(10):
            while "jobs_wait" not in caplog.text:  # noqa: ASYNC110 - a log line sets no event
                await asyncio.sleep(0.005)
        await pragma(db, "PRAGMA query_only = OFF")
        runner.wake()
        await state(db, job_id, is_in("done"))
    assert [seen.attempts for seen in work.seen] == [1, 2]


async def pragma(db: Database, words: str) -> None:
    """Outside a transaction: one on a read-only database could not even begin."""
    assert db._writer is not None
    await db._writer.execute_fetchall(words)


@pytest.mark.usefixtures("quiet")
async def test_a_clock_set_back_by_years_does_not_put_a_retry_off_for_years(db: Database, clock: Any) -> None:
    work = Work(RuntimeError())
    async with running(db, work) as runner:
        job_id = await add(db)
        runner.wake()
        await state(db, job_id, is_in("waiting"))
        clock.now -= 3 * YEAR
        runner.wake()
        await state(db, job_id, is_in("done"))


async def add_kind(db: Database, kind: str, **payload: Any) -> int:
    async with db.transaction() as tx:
        return await enqueue(tx, kind, payload)


async def test_a_long_job_holds_up_its_own_lane_and_no_other(db: Database) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def reads(job: Job) -> None:
        begun.set()
        await may_end.wait()

    runner = JobRunner(
        db,
        {"read": reads, "index": Work(), "write": Work(), "sweep": Work()},
        {"read": "reading", "index": "reading", "write": "writing"},
    )
    long, behind, beside, neither = [await add_kind(db, kind) for kind in ("read", "index", "write", "sweep")]
    await runner.start()
    async with asyncio.timeout(10):
        await begun.wait()
    await state(db, beside, is_in("done"))
    await state(db, neither, is_in("done"))
    # A lane that looks again for what was left half-done must leave the other lanes' work alone.
    later = await add_kind(db, "write", number=2)
    runner.wake()
    await state(db, later, is_in("done"))
    assert [(await job(db, each))["state"] for each in (long, behind)] == ["running", "waiting"]
    may_end.set()
    await state(db, behind, is_in("done"))
    assert (await job(db, long))["attempts"] == 1
    await runner.stop()


async def test_after_a_restart_each_lane_takes_up_its_own(db: Database) -> None:
    work = {"read": Work(), "write": Work()}
    ids = [await add_kind(db, kind) for kind in work]
    async with db.transaction() as tx:
        await tx.execute("UPDATE jobs SET state = 'running', attempts = 1")
    runner = JobRunner(db, work, {"read": "reading", "write": "writing"})
    await runner.start()
    for job_id in ids:
        await state(db, job_id, is_in("done", attempts=2))
    await runner.stop()
    assert [[seen.id for seen in each.seen] for each in work.values()] == [[ids[0]], [ids[1]]]


async def test_a_stop_ends_every_lane(db: Database) -> None:
    begun = {"read": asyncio.Event(), "write": asyncio.Event()}

    async def never_ends(job: Job) -> None:
        begun[job.kind].set()
        await asyncio.Event().wait()

    for kind in begun:
        await add_kind(db, kind)
    runner = JobRunner(db, dict.fromkeys(begun, never_ends), {"read": "reading", "write": "writing"})
    await runner.start()
    async with asyncio.timeout(10):
        await asyncio.gather(*(each.wait() for each in begun.values()))
        await runner.stop()
    assert [row["state"] for row in await db.fetch_all("SELECT state FROM jobs")] == ["running"] * 2


async def finished(db: Database, state: str, age: int) -> int:
    async with db.transaction() as tx:
        return await tx.insert(
            """
            INSERT INTO jobs (kind, state, run_at, created_at, finished_at)
            VALUES ('index', :state, :at, :at, :at)
            """,
            state=state,
            at=tx.now - age,
        )


async def kept(db: Database, wanted: set[int]) -> None:
    """Returns as soon as these jobs are left."""
    async with asyncio.timeout(10):
        while {row["id"] for row in await db.fetch_all("SELECT id FROM jobs")} != wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_finished_jobs_are_forgotten_in_their_time(db: Database) -> None:
    await finished(db, "done", DONE_KEPT + DAY)
    await finished(db, "failed", FAILED_KEPT + DAY)
    young = {await finished(db, "done", DONE_KEPT - DAY), await finished(db, "failed", FAILED_KEPT - DAY)}
    waiting = await finished(db, "waiting", FAILED_KEPT + DAY)
    async with running(db, Work()):
        await kept(db, {*young, waiting})


async def test_the_box_forgets_every_day_and_not_only_at_start(
    db: Database, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "DAY", 0.01)
    job_id = await finished(db, "done", DONE_KEPT - DAY)
    old = await finished(db, "done", DONE_KEPT + DAY)
    async with running(db, Work()):
        await kept(db, {job_id})
        clock.now += 2 * DAY
        await kept(db, set())
    assert old != job_id


async def test_what_is_to_be_done_daily_is_done_at_every_start(db: Database) -> None:
    seen: asyncio.Queue[Job] = asyncio.Queue()
    for _ in range(2):
        runner = JobRunner(db, {"sweep": seen.put})
        await runner.start(daily=["sweep"])
        async with asyncio.timeout(10):
            job = await seen.get()
        await runner.stop()
        assert (job.kind, dict(job.payload)) == ("sweep", {})
