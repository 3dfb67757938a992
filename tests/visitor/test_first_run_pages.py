"""First run: from a bare box to a school with one operator, one page after the other."""

import asyncio
import os
import re
import sys

import httpx
import pyotp
import pytest

from appliance.storage.secrets import SETUP_CODE, setup_code
from appliance.visitor.setup_answers import MOST, SECONDS, SetupAnswers
from tests.conftest import PASSWORD, Browser, School

KEY = re.compile(r"<code>([A-Z2-7]{32})</code>")
CODES = re.compile(r'<li class="key">([A-Z2-9-]+)</li>')
SCHOOL = {"step": "school", "school_name": "Hill School"}
PLACE = {"step": "place", "language": "en", "timezone": "Europe/Madrid"}
CLOCK = {"step": "clock"}
ACCOUNT = {
    "step": "account",
    "display_name": "Max",
    "username": "max",
    "password": PASSWORD,
    "password_again": PASSWORD,
}
STEPS = (SCHOOL, PLACE, CLOCK, ACCOUNT)


async def begun(box: School, *steps: dict[str, str]) -> Browser:
    """Somebody who typed the setup code and answered these pages."""
    browser = box.visitor()
    await browser.get("/setup")
    code = setup_code(box.parts.settings.appliance_data / "secrets")
    await browser.post("/setup", {"step": "code", "setup_code": code})
    for step in steps:
        await browser.post("/setup", dict(step))
    return browser


async def finish(box: School, browser: Browser) -> httpx.Response:
    key = KEY.search((await browser.get("/setup")).text)
    assert key is not None
    return await browser.post(
        "/setup", {"step": "authenticator", "code": pyotp.TOTP(key[1]).at(int(box.clock.now))}
    )


async def test_a_bare_box_sends_everybody_to_set_up(bare_box: School) -> None:
    visitor = bare_box.visitor()
    for path in ("/", "/sign-in"):
        assert (await visitor.get(path)).headers["location"] == "/setup"
    assert "Type the setup code" in (await visitor.get("/setup")).text


async def test_first_run_makes_school_operator_and_ten_codes_and_leads_to_the_first_class(
    bare_box: School,
) -> None:
    browser = await begun(bare_box, *STEPS)
    done = await finish(bare_box, browser)
    assert done.status_code == 200
    assert len(set(CODES.findall(done.text))) == 10
    assert 'href="/teach/class/new"' in done.text
    assert (await browser.get("/teach/class/new")).status_code == 200
    assert (await browser.get("/operate")).status_code == 200
    assert "Hill School" in (await bare_box.visitor().get("/")).text
    row = await bare_box.parts.db.fetch_one("SELECT * FROM staff")
    assert row is not None and (row["username"], row["is_operator"]) == ("max", 1)
    assert row["password_hash"].startswith("$argon2id$") and row["totp_last_step"] > 0


async def test_set_up_is_gone_afterwards_and_its_code_too(bare_box: School) -> None:
    browser = await begun(bare_box, *STEPS)
    await finish(bare_box, browser)
    assert (await browser.get("/setup")).status_code == 404
    assert (await bare_box.visitor().post("/setup", {"step": "code", "setup_code": "x"})).status_code == 404
    assert not (bare_box.parts.settings.appliance_data / "secrets" / SETUP_CODE).exists()


async def test_the_session_after_first_run_is_out_of_reach_of_scripts(bare_box: School) -> None:
    done = await finish(bare_box, await begun(bare_box, *STEPS))
    cookies = {cookie.split("=")[0]: cookie for cookie in done.headers.get_list("set-cookie")}
    assert "HttpOnly" in cookies["chalkbox_session"] and "SameSite=Lax" in cookies["chalkbox_session"]
    assert "Max-Age=0" in cookies["chalkbox_setup"]


async def test_a_wrong_setup_code_opens_nothing(bare_box: School) -> None:
    visitor = bare_box.visitor()
    await visitor.get("/setup")
    refused = await visitor.post("/setup", {"step": "code", "setup_code": "AAAA-AAAA"})
    assert refused.status_code == 422 and "the setup code. It stands on the screen" in refused.text
    for step in STEPS:
        assert (await visitor.post("/setup", dict(step))).headers["location"] == "/setup"
    assert "Type the setup code" in (await visitor.get("/setup?step=account")).text
    assert await bare_box.count("staff") == 0


async def test_the_setup_code_cant_be_guessed_by_trying(bare_box: School) -> None:
    code = setup_code(bare_box.parts.settings.appliance_data / "secrets")
    for _ in range(10):
        await bare_box.visitor().post("/setup", {"step": "code", "setup_code": "AAAA-AAAA"})
    refused = await bare_box.visitor().post("/setup", {"step": "code", "setup_code": code})
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
    bare_box.clock.now += 61
    assert (await bare_box.visitor().post("/setup", {"step": "code", "setup_code": code})).status_code == 302


async def test_no_page_can_be_skipped(bare_box: School) -> None:
    browser = await begun(bare_box)
    for step in (
        PLACE,
        CLOCK,
        ACCOUNT,
        {"step": "authenticator", "code": "000000"},
        {"step": "nonsense"},
        {},
    ):
        assert (await browser.post("/setup", dict(step))).headers["location"] == "/setup"
    assert "What is your school called?" in (await browser.get("/setup?step=authenticator")).text


async def test_going_back_keeps_what_was_answered(bare_box: School) -> None:
    browser = await begun(bare_box, SCHOOL, PLACE)
    assert 'value="Hill School"' in (await browser.get("/setup?step=school")).text
    await browser.post("/setup", {"step": "school", "school_name": "Valley School"})
    assert 'value="Valley School"' in (await browser.get("/setup?step=school")).text
    assert 'value="Europe/Madrid" selected' in (await browser.get("/setup?step=place")).text


@pytest.mark.parametrize(
    ("before", "wrong", "kept", "sentence"),
    [
        (0, {"step": "school", "school_name": "  "}, "", "Type the name of your school."),
        (0, {"step": "school", "school_name": "H" * 101}, "H" * 101, "100 characters at most"),
        (1, {"step": "place", "language": "en", "timezone": "Moon/Base"}, "", "Choose a time zone"),
        (
            1,
            {"step": "place", "language": "xx", "timezone": "Europe/Madrid"},
            "Europe/Madrid",
            "Choose a language",
        ),
        (3, {**ACCOUNT, "username": "-"}, "Max", "A username has 2 to 64 characters"),
        (3, {**ACCOUNT, "password": "short", "password_again": "short"}, "max", "10 characters"),
        (3, {**ACCOUNT, "password_again": "another thing"}, "max", "The two passwords differ."),
        (3, {**ACCOUNT, "display_name": "---"}, "max", "Type a name, with at least one letter or number."),
        (3, {**ACCOUNT, "display_name": "x" * 81}, "max", "Use at most 80 characters."),
        (4, {"step": "authenticator", "code": "000000"}, "", "This code"),
    ],
)
async def test_bad_input_is_refused_with_a_sentence_and_keeps_what_was_typed(
    bare_box: School, before: int, wrong: dict[str, str], kept: str, sentence: str
) -> None:
    browser = await begun(bare_box, *STEPS[:before])
    refused = await browser.post("/setup", dict(wrong))
    assert refused.status_code == 422
    assert sentence in refused.text
    assert f'value="{kept}"' in refused.text
    assert PASSWORD not in refused.text
    assert await bare_box.count("staff") == await bare_box.count("box") == 0


async def test_of_two_people_who_set_up_at_once_one_wins(bare_box: School) -> None:
    first, second = await begun(bare_box, *STEPS), await begun(bare_box, *STEPS)
    answers = await asyncio.gather(finish(bare_box, first), finish(bare_box, second))
    assert sorted(len(CODES.findall(answer.text)) for answer in answers) == [0, 10]
    assert all(answer.status_code < 500 for answer in answers)
    assert await bare_box.count("staff") == await bare_box.count("box") == 1


async def test_the_answers_of_one_browser_are_not_open_to_another(bare_box: School) -> None:
    await begun(bare_box, *STEPS)
    assert "Type the setup code" in (await bare_box.visitor().get("/setup?step=authenticator")).text


async def test_set_up_from_the_console_is_noticed_by_the_running_box(bare_box: School) -> None:
    data = bare_box.parts.settings.appliance_data
    words = [
        "setup",
        "--data",
        str(data),
        "--school",
        "Valley School",
        "--username",
        "max",
        "--password-stdin",
    ]
    console = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "appliance", *words,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env={**os.environ},
    )  # fmt: skip
    said, _ = await console.communicate(PASSWORD.encode())
    assert console.returncode == 0 and b"max" in said
    async with asyncio.timeout(20):
        while (await bare_box.visitor().get("/setup")).status_code != 404:  # noqa: ASYNC110 - another process did it
            await asyncio.sleep(0.05)
    assert "Valley School" in (await bare_box.visitor().get("/sign-in")).text


async def test_no_answer_of_first_run_touches_the_disk(bare_box: School) -> None:
    browser = await begun(bare_box, *STEPS)
    key = KEY.search((await browser.get("/setup")).text)
    assert key is not None
    data = bare_box.parts.settings.appliance_data
    written = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    for secret in (key[1], "argon2id", "Hill School", browser.client.cookies["chalkbox_setup"]):
        assert secret.encode() not in written


async def test_after_a_restart_first_run_begins_with_the_code_again(bare_box: School) -> None:
    browser = await begun(bare_box, *STEPS)
    # What a restart leaves: the cookie in the browser, and nothing on the box.
    bare_box.app.ctx.setup_answers = SetupAnswers(lambda: 0.0)
    assert "Type the setup code" in (await browser.get("/setup")).text
    assert (await browser.post("/setup", dict(ACCOUNT))).headers["location"] == "/setup"
    code = setup_code(bare_box.parts.settings.appliance_data / "secrets")
    await browser.post("/setup", {"step": "code", "setup_code": code})
    for step in STEPS:
        await browser.post("/setup", dict(step))
    assert len(CODES.findall((await finish(bare_box, browser)).text)) == 10


async def test_set_up_forgets_what_others_had_begun(bare_box: School) -> None:
    await begun(bare_box, *STEPS)
    await finish(bare_box, await begun(bare_box, *STEPS))
    assert not bare_box.app.ctx.setup_answers._kept


def test_answers_are_kept_for_an_hour_and_for_few_browsers() -> None:
    now = [0.0]
    answers = SetupAnswers(lambda: now[0])
    answers.keep("mine", {"step": "school"})
    now[0] = SECONDS - 1
    assert answers.of("mine") == {"step": "school"} and answers.of("yours") == {}
    now[0] = SECONDS
    assert answers.of("mine") == {}
    for number in range(MOST + 1):
        answers.keep(str(number), {"step": "place"})
    assert answers.of("0") == {} and answers.of(str(MOST)) == {"step": "place"}
    assert len(answers._kept) == MOST
