"""What a form says about a material: cleaned, or refused at the field that has to change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.classroom.material_drafts import Draft, checked, checked_extensions, checked_url
from appliance.errors import Invalid
from appliance.library.lessons import Item

LINES = (Item("k", "wire"),)


@pytest.mark.parametrize(
    ("given_url", "url"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        (" http://example.org ", "http://example.org"),
        ("example.org/page", "https://example.org/page"),
        ("example.org:8080/page", "https://example.org:8080/page"),
        ("/library/seven", "/library/seven"),
        ("https://en.wikipedia.org/wiki/Café", "https://en.wikipedia.org/wiki/Café"),
    ],
)
def test_an_address_of_the_web_or_of_the_box_is_kept(given_url: str, url: str) -> None:
    assert checked_url(given_url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/\\evil.example",
        "https:\\\\evil.example",
        "https://user:pass@example.org",
        "https://",
        "http://[::1",
        "https://example.org/\x00",
        "https://exam ple.org",
        "java\tscript:alert(1)",
        "https://example.org/\u202eevil",
        "ftp://example.org",
        "https://example.org/" + "x" * 1000,
    ],
)
def test_an_address_that_a_browser_could_take_for_more_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked_url(url)
    assert refusal.value.field == "url"


@given(st.text())
def test_no_address_ever_leads_anywhere_but_to_the_web_or_the_box(text: str) -> None:
    try:
        url = checked_url(text)
    except Invalid:
        return
    assert url.startswith(("https://", "http://", "/")) and not url.startswith("//")


def test_endings_are_levelled_and_named_once() -> None:
    assert checked_extensions(" PDF, .png;sb3 .pdf") == ".pdf,.png,.sb3"


@pytest.mark.parametrize(
    "text", ["", ".", "*.pdf", ".p-d-f", "." + "x" * 11, " ".join(f".a{n}" for n in range(31))]
)
def test_what_is_no_ending_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        checked_extensions(text)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (Draft("poster", "Title"), "kind"),
        (Draft("lesson", "Title"), "kind"),
        (Draft("text", "", "Words"), "title"),
        (Draft("text", "Title"), "body"),
        (Draft("text", "Title", "x" * 20_001), "body"),
        (Draft("link", "Title"), "url"),
        (Draft("checklist", "Title"), "lines"),
        (Draft("rubric", "Title"), "lines"),
        (Draft("rubric", "Title", rubric_scale_max=1, items=LINES), "rubric_scale_max"),
        (Draft("rubric", "Title", rubric_scale_max=11, items=LINES), "rubric_scale_max"),
        (Draft("upload", "Title"), "accepted_extensions"),
        (Draft("upload", "Title", accepted_extensions=".png", max_upload_mb=0), "max_upload_mb"),
        (Draft("gallery", "Title", accepted_extensions=".png", max_upload_mb=601), "max_upload_mb"),
        (Draft("quiz", "Title"), "activity"),
    ],
)
def test_a_refusal_names_the_field_that_has_to_change(draft: Draft, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(draft)
    assert refusal.value.field == field


def test_what_does_not_belong_to_the_kind_is_dropped() -> None:
    full = Draft("text", " A  title ", "Words", "javascript:1", ".exe", 5, 5, 7, 99, LINES)
    assert checked(full) == Draft("text", "A title", "Words", "", "", 5, 5, 0, 99, ())
