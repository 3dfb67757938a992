"""Language, messages and static files: what all pages share."""

from tests.conftest import Cast

ACCEPTED = {"es": "es", "es-MX,en;q=0.5": "es", "en-GB": "en", "fr, es;q=0.3": "es", "fr": "en", "": "en"}


async def test_the_browsers_language_is_spoken(cast: Cast) -> None:
    for accepted, language in ACCEPTED.items():
        page = await cast.visitor(**{"Accept-Language": accepted}).get("/")
        assert f'<html lang="{language}" dir="ltr">' in page.text, accepted


async def test_what_a_person_chose_wins_over_the_browser_and_leads_back(cast: Cast) -> None:
    visitor = cast.visitor(**{"Accept-Language": "en"})
    chosen = await visitor.post("/language", {"language": "es", "next": "/help"})
    assert chosen.headers["location"] == "/help"
    assert '<html lang="es"' in (await visitor.get("/help")).text


async def test_a_language_the_box_does_not_speak_is_refused(cast: Cast) -> None:
    refused = await cast.visitor().post("/language", {"language": "tlh"})
    assert refused.status_code == 400 and "Choose one from the list" in refused.text


async def test_the_language_can_be_changed_on_a_page_that_answered_a_form(cast: Cast) -> None:
    visitor = cast.visitor()
    page = await visitor.post("/join", {"class_code": "WRONGONE", "display_name": "Dee"})
    assert '<input type="hidden" name="next" value="/">' in page.text


async def test_a_change_of_language_leads_back_to_the_very_page(cast: Cast) -> None:
    ada = await cast.ada()
    for page in (
        "modules",
        "outcomes",
        "lessons",
        "co-teachers",
        "review?show=all",
        "review/written?pile=lists",
    ):
        address = f"/teach/class/1/{page}"
        assert f'name="next" value="{address}"' in (await ada.get(address)).text, address


async def test_a_message_is_said_once(cast: Cast) -> None:
    ada = await cast.ada()
    await ada.post("/teach/class/1/lock", {"locked": "1"})
    said = "The class is locked: nobody new gets in."
    assert said in (await ada.get("/teach/class/1")).text
    assert said not in (await ada.get("/teach/class/1")).text


async def test_a_message_that_we_did_not_sign_is_not_shown(cast: Cast) -> None:
    visitor = cast.visitor()
    visitor.client.cookies.set("chalkbox_flash", "WyJvayIsIkhhY2tlZCJd.forged")
    assert "Hacked" not in (await visitor.get("/")).text


async def test_a_file_under_its_own_mark_is_kept_for_ever(cast: Cast) -> None:
    address = cast.app.ctx.pages.static.address("js/behaviours.js")
    script = await cast.visitor().get(address)
    assert script.status_code == 200
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = await cast.visitor().get(address, headers={"If-None-Match": script.headers["etag"]})
    assert again.status_code == 304 and again.content == b""


async def test_a_file_under_an_old_mark_is_served_but_not_kept(cast: Cast) -> None:
    css = await cast.visitor().get("/static/older/css/base.css")
    assert css.status_code == 200 and css.headers["cache-control"] == "no-cache"


async def test_every_file_that_a_page_names_is_there(cast: Cast) -> None:
    visitor = cast.visitor()
    page = (await visitor.get("/")).text
    named = {part.split('"')[0] for part in page.split('"/static/')[1:]}
    assert len(named) > 5
    for name in sorted(named):
        assert (await visitor.get(f"/static/{name}")).status_code == 200, name


async def test_a_file_that_is_not_there_is_not_found(cast: Cast) -> None:
    assert (await cast.visitor().get("/static/0/css/nope.css")).status_code == 404


async def test_the_box_is_well_while_it_can_write(cast: Cast) -> None:
    well = await cast.visitor().get("/healthz")
    assert well.status_code == 200
    body = well.json()
    assert (body["ok"], body["database"], body["engine"]) == (True, True, "ready") and body["version"]
