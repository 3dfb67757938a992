"""Pages are made by code of our own shape: what they say and hide is what Jinja's would."""

import string
from typing import Any

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, meta, pass_context, select_autoescape
from jinja2.exceptions import UndefinedError
from jinja2.runtime import Context
from markupsafe import Markup, escape

from appliance.web.page_code import COMPONENTS, Components, PageEnvironment
from appliance.web.rendering import Pages
from appliance.web.static_files import StaticFiles
from tests.conftest import Cast

# What every page is given, whichever it is, and the one value that the pages with a keypad are given too.
AT_HAND = {"_", "ngettext", "csrf_field", "static", "date", "moment", "language", "pictures"}
COUNTED = "{% set made = count() %}{% macro sign(name) %}<i>{{ name }}</i>{% endmacro %}"
CARD = """{% from "sign.html" import sign with context %}
{% macro card(title, more={"class": 0}) %}
<b>{{ title }}</b>{{ sign(more["class"]) }}{{ caller() if caller is defined }}
{% endmacro %}"""
PAGE = """{% from "sign.html" import sign with context %}
{% from "card.html" import card with context %}
{% for word in words %}
{{ card(word, more={"class": loop.index}) }}
{% call card("<" ~ word) %}{{ sign(word) }}{% endcall %}
{% endfor %}
{{ count(*[1], **{"class": 2}) }}{{ count(class=1) }}{{ range(3) | list }}
{{ asked(1) }}{{ none }}{{ 1.5 }}{{ true }}{{ words }}"""
SOURCES = {"sign.html": COUNTED, "card.html": CARD, "page.html": PAGE}


@pass_context
def asked(page: Context, number: int) -> str:
    """A global that wants the page's context, as one of ours does."""
    return f"{number} & {len(page['words'])}"


def rendered(kind: type[Environment], words: list[str], looked: list[object]) -> str:
    environment = kind(
        loader=DictLoader(SOURCES), undefined=StrictUndefined, autoescape=select_autoescape(default=True)
    )
    environment.globals["asked"] = asked

    def count(*given: object, **named: object) -> Markup:
        looked.append((given, named))
        return Markup("<u>{}</u>").format(len(given) + len(named))

    given: dict[str, Any] = {**environment.globals, "words": words, "count": count}
    if isinstance(environment, PageEnvironment):
        given[COMPONENTS] = Components(environment, given)
    return environment.get_template("page.html").render(given)


def test_a_page_says_what_jinjas_own_code_would_say() -> None:
    words = ["", "plain", "<script>", '"', "'", "&amp;", "ñ ≤ 2", Markup("<em>set</em>")]
    assert rendered(PageEnvironment, words, []) == rendered(Environment, words, [])


def test_a_file_of_macros_is_made_once_for_a_page() -> None:
    ours: list[object] = []
    jinjas: list[object] = []
    rendered(PageEnvironment, [], ours)
    rendered(Environment, [], jinjas)
    assert (len(ours), len(jinjas)) == (3, 4), "two of them are the page's own"


@pytest.mark.parametrize("value", [*string.printable, "\x00", "\u2028", "", 0, -7, True, None, 2.5, ["<"]])
def test_every_sign_is_escaped_as_ever(value: object) -> None:
    assert PageEnvironment.shown(value) == escape(value)


def test_what_a_page_was_not_given_is_still_our_mistake() -> None:
    environment = PageEnvironment(undefined=StrictUndefined)
    for source in ("{{ nothing }}", "{{ nothing() }}", "{{ none_such.part }}"):
        with pytest.raises(UndefinedError):
            environment.from_string(source).render()


def test_a_component_needs_nothing_but_what_every_page_is_given() -> None:
    environment = Pages(StaticFiles()).environment
    assert environment.loader is not None
    for name in environment.list_templates(filter_func=lambda name: name.startswith("components/")):
        source = environment.loader.get_source(environment, name)[0]
        assert meta.find_undeclared_variables(environment.parse(source)) <= AT_HAND, name


async def test_two_pages_at_once_keep_their_tokens_and_their_languages_apart(cast: Cast) -> None:
    first, second = cast.visitor(**{"Accept-Language": "en"}), cast.visitor(**{"Accept-Language": "es"})
    english, spanish = await first.get("/join"), await second.get("/join")
    assert first.token != second.token
    assert first.token in english.text and second.token not in english.text
    assert second.token in spanish.text and first.token not in spanish.text
