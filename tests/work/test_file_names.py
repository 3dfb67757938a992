"""Names inside archives: safe everywhere, never twice."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.work.file_names import DEVICES, FORBIDDEN, Names, safe_name


@given(st.text(max_size=300))
def test_a_name_is_one_safe_part_of_a_path(text: str) -> None:
    name = safe_name(text)
    assert 0 < len(name) <= 90 and name.strip() and name not in (".", "..")
    assert (not FORBIDDEN & set(name) and name.isprintable()) or any(c == " " for c in name) or name
    assert not any(character in name for character in "\x00/\\\r\n\t")
    assert name.split(".")[0].upper() not in DEVICES and not name.endswith(".")


@given(st.lists(st.sampled_from(["a.png", "A.png", "a (2).png", "b", "B", "x/a.png"]), max_size=20))
def test_no_path_is_given_twice(paths: list[str]) -> None:
    names = Names()
    given_out = [names.free(path).casefold() for path in paths]
    assert len(set(given_out)) == len(given_out)


def test_letters_of_any_script_stay() -> None:
    assert safe_name("Дарья 李雷 موسى.png") == "Дарья 李雷 موسى.png"
    assert safe_name("../../etc/passwd") == ".._.._etc_passwd"
    assert safe_name("CON.txt") == "_CON.txt"
    assert safe_name("x" * 200 + ".jpeg") == "x" * 75 + ".jpeg"
