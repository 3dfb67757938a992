"""The school's page of the operator: name, language, time zone, whom the box is for, name safety."""

import httpx
import pytest

from appliance.classroom.box import PROFILES, box_of, name_safety_of, profile_of
from tests.conftest import Cast

SCHOOL = {
    "school_name": "Elm School",
    "language": "es",
    "timezone": "America/Lima",
    "program_profile": "elementary",
    "name_safety": "strict",
}


async def save(cast: Cast, **changes: str) -> httpx.Response:
    return await (await cast.max()).post("/operate/school", {**SCHOOL, **changes})


async def in_force(cast: Cast) -> tuple[str, str]:
    parts = cast.parts
    profile = await profile_of(parts.db, parts.settings)
    return profile.name, await name_safety_of(parts.db, parts.settings)


async def test_what_is_saved_holds_at_once_on_every_page(cast: Cast) -> None:
    assert await in_force(cast) == ("secondary", "warn")
    assert (await save(cast)).headers["location"] == "/operate/school"
    assert await in_force(cast) == ("elementary", "strict")
    page = (await cast.visitor().get("/")).text
    assert "Elm School" in page and 'data-density="compact"' in page and 'lang="es"' in page
    body = {"class_code": cast.classroom.join_code, "display_name": "dee@example.org"}
    refused = await cast.visitor().post_json("/join", body)
    assert (refused.status_code, refused.json()["error"]) == (400, "name_rejected")
    assert "update_school" in [
        row["action"] for row in await cast.parts.db.fetch_all("SELECT action FROM audit_events")
    ]


async def test_nothing_chosen_leaves_it_to_the_settings(cast: Cast) -> None:
    await save(cast)
    await save(cast, program_profile="", name_safety="")
    assert await in_force(cast) == ("secondary", "warn")
    box = await box_of(cast.parts.db)
    assert box is not None and (box.program_profile, box.name_safety) == (None, None)


async def test_the_advanced_offer_no_made_up_name(cast: Cast) -> None:
    await save(cast, program_profile="advanced", language="en")
    page = (await cast.visitor(**{"Accept-Language": "en"}).get("/")).text
    assert 'name="display_name" type="text" value=""' in page and "made up" not in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("school_name", ""),
        ("school_name", "x" * 101),
        ("language", "tlh"),
        ("timezone", "Mars/Olympus"),
        ("program_profile", "graduate"),
        ("name_safety", "maybe"),
    ],
)
async def test_what_cannot_be_keeps_what_was_typed_and_changes_nothing(
    cast: Cast, field: str, value: str
) -> None:
    page = await save(cast, **{field: value})
    assert page.status_code == 422
    assert field == "school_name" or 'value="Elm School"' in page.text
    box = await box_of(cast.parts.db)
    assert box is not None and box.school_name == "Hill School"


async def test_a_teacher_may_not(cast: Cast) -> None:
    assert (await (await cast.ada()).get("/operate/school")).status_code == 403
    assert (await cast.visitor().get("/operate/school")).status_code == 302


def test_only_the_elementary_profile_is_strict() -> None:
    assert [name for name, profile in PROFILES.items() if profile.strict_rejoin] == ["elementary"]
    said = {
        name: (profile.helper_strictness, profile.helper_scope_mode, profile.helper_topic_filter_mode)
        for name, profile in PROFILES.items()
    }
    assert said["elementary"] == ("strict", "strict", "strict")
    assert said["secondary"] == said["advanced"] == ("light", "soft", "soft")
