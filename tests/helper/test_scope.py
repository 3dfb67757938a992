"""The scope token binds class, lesson and audience, and nobody can change it."""

from dataclasses import replace

import pytest

from appliance.errors import Invalid
from appliance.helper.scope import Scope, read, sign

KEY = b"a key"
SCOPE = Scope(
    7, "lamps", "circles", "student", "Circles – of light", ("light",), ("lamps", "wires"), "basics"
)
NOW = 1_770_000_000.0


def test_what_was_signed_is_read_again() -> None:
    assert read(KEY, sign(KEY, SCOPE, NOW), NOW + 60, 7200) == SCOPE


def test_a_clock_that_was_set_back_does_no_harm() -> None:
    assert read(KEY, sign(KEY, SCOPE, NOW), NOW - 3600, 7200) == SCOPE


@pytest.mark.parametrize("later", [7201, -7201, 10**9])
def test_a_token_is_good_for_its_time_only(later: int) -> None:
    with pytest.raises(Invalid) as refusal:
        read(KEY, sign(KEY, SCOPE, NOW), NOW + later, 7200)
    assert refusal.value.code == "invalid_scope_token"


def test_a_missing_token_has_a_code_of_its_own() -> None:
    with pytest.raises(Invalid) as refusal:
        read(KEY, "  ", NOW, 7200)
    assert refusal.value.code == "missing_scope_token"


@pytest.mark.parametrize("forged", ["x", "a.b", "é", "\ud800", "." * 9000])
def test_nonsense_is_refused(forged: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(KEY, forged, NOW, 7200)
    assert refusal.value.code == "invalid_scope_token"


def test_every_changed_character_is_noticed() -> None:
    token = sign(KEY, SCOPE, NOW)
    for at in range(0, len(token), 7):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(Invalid):
            read(KEY, changed, NOW, 7200)


def test_another_box_signs_otherwise() -> None:
    with pytest.raises(Invalid):
        read(b"another key", sign(KEY, replace(SCOPE, class_id=8), NOW), NOW, 7200)
