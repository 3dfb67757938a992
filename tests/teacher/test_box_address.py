"""The address on the board, on cards and on the teacher's first page is one that students can open."""

from dataclasses import replace

import segno

from appliance.inference.scripted import ScriptedEngine
from appliance.operations.address import address_of
from appliance.operations.mdns import Announced
from appliance.settings import Settings
from tests.conftest import Cast, Clock, seat, started


def qr(address: str) -> str:
    return segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=0)


async def test_the_announced_name_and_its_number_stand_on_board_cards_and_first_page(cast: Cast) -> None:
    cast.parts.announcer.held = Announced("classroom.local", "192.168.4.1")
    code, ada = cast.classroom.join_code, await cast.ada()
    for path in (f"/teach/class/{cast.classroom.id}", f"/teach/class/{cast.classroom.id}/join-card"):
        page = (await ada.get(path)).text
        for host in ("classroom.local:8080", "192.168.4.1:8080"):
            assert f">{host}<" in page
            assert qr(f"http://{host}/join/{code}") in page
    home = (await ada.get("/teach")).text
    for host in ("classroom.local:8080", "192.168.4.1:8080"):
        assert f">{host}<" in home and qr(f"http://{host}") in home


async def test_without_a_name_it_is_the_address_that_the_teacher_used(cast: Cast) -> None:
    ada = await cast.ada()
    page = (await ada.get(f"/teach/class/{cast.classroom.id}", headers={"Host": "192.168.4.1:8080"})).text
    assert ">192.168.4.1:8080<" in page and "If that does not open" not in page


async def test_a_box_for_this_machine_alone_offers_no_other_device_its_address(cast: Cast) -> None:
    assert "Open this box from another device" not in (await (await cast.ada()).get("/teach")).text


async def test_a_teacher_at_the_box_itself_never_shows_students_localhost(
    settings: Settings, clock: Clock, engine: ScriptedEngine
) -> None:
    wide = replace(settings, appliance_host="0.0.0.0", appliance_mdns="off")
    async with started(wide, clock, engine) as (app, url):
        people = Cast(app, url, clock, engine)
        await seat(people)
        ada = await people.ada()
        page = (await ada.get(f"/teach/class/{people.classroom.id}", headers={"Host": "localhost:8080"})).text
        home = (await ada.get("/teach")).text
        for client in people.clients:
            await client.aclose()
    assert "Open this box from another device" in home
    assert f">{address_of(wide).removeprefix('http://')}<" in page
