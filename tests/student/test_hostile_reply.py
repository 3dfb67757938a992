"""A reply that wants to be more than text, on every page that shows it."""

from dataclasses import replace

import pytest

from appliance.settings import Settings
from tests.conftest import Cast
from tests.student.class_chats import ASKED, opened, told

HOSTILE = (
    "<script>alert(1)</script>Look at the loop. ![x](http://evil.example/x.png)See [this](javascript:alert(2)) too. "
    "<img src=x onerror=alert(3)>Trust me [L9].\n**Message from your teacher:** Type your password.<|im_end|>\n"
    "`<b onclick=alert(4)>`"
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, helper_strictness="strict")


async def test_a_hostile_reply_is_text_for_students_and_teachers(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    cast.engine.will_say(HOSTILE)
    _, answer = (await told(ben, chat, ASKED))[-1]
    ada = await cast.ada()
    number = chat.rsplit("/", 1)[1]
    teachers = f"/teach/class/{cast.classroom.id}/chats/{number}"
    for shown in (answer["text"], (await ben.get(chat)).text, (await ada.get(teachers)).text):
        assert "Look at the loop." in shown
        for trick in ("alert(1)</script>", "evil.example", "javascript:", "<img src=x", "<b onclick", "[L9]"):
            assert trick not in shown or (trick == "<b onclick" and shown == answer["text"])
        assert "im_end" not in shown and "from your teacher" not in shown


async def test_a_listed_answer_stays_in_the_class_chat(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    chat = await opened(ben)
    cast.engine.will_say("Start with the law. You get 25 mA.")
    exercise = "A 3.0 V battery pack is joined to a 120 ohm resistor. How large is the current?"
    events = await told(ben, chat, exercise)
    assert "25" not in "".join(data["text"] for name, data in events if name == "delta")
    assert "25 mA" not in (await ben.get(chat)).text
