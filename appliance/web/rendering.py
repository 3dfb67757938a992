"""Templates become pages, in the person's language, with what every page needs at hand."""

import functools
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from jinja2 import (
    ChoiceLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context
from markupsafe import Markup
from sanic import HTTPResponse, Request
from sanic.response import html

from appliance import VERSION
from appliance.web import csrf, site_mode
from appliance.web.addresses import whole
from appliance.web.identity import person_of
from appliance.web.page_code import COMPONENTS, Components, PageEnvironment
from appliance.web.static_files import StaticFiles
from appliance.web.translations import LANGUAGE_TAG, LANGUAGES, Translator, direction_of

FLASH_COOKIE = "chalkbox_flash"
ROOMS = ("visitor", "student", "teacher", "operator")


@dataclass(frozen=True)
class Flash:
    """What happened, said once on the next page; `kind` is ok, warning or error.

    `undo` is the address of the form that takes it back, or empty.
    """

    kind: str
    text: str
    undo: str = ""


class Pages:
    """The templates of all rooms. Each room's are found under its own name: `student/home.html`."""

    def __init__(self, static: StaticFiles) -> None:
        self.static = static
        self.environment = _environment()

    def warm(self) -> None:
        """Compile every template: the first visitor of each page need not wait for it."""
        for name in self.environment.list_templates(extensions=["html"]):
            self.environment.get_template(name)

    def render(self, request: Request, template: str, values: dict[str, Any]) -> str:
        given = {**self.environment.globals, **_common(request, self.static), **values}
        given[COMPONENTS] = Components(self.environment, given)
        return self.environment.get_template(template).render(given)


@functools.cache
def _environment() -> PageEnvironment:
    """One for all boxes of a process: it knows of none, and its templates are compiled once."""
    environment = PageEnvironment(
        loader=_rooms_loader(),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["megabytes"] = megabytes
    environment.filters["spoken"] = spoken
    environment.globals["tongue"] = tongue
    return environment


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTTPResponse:
    pages: Pages = request.app.ctx.pages
    return html(pages.render(request, template, values), status=status)


def rendered(request: Request, template: str, **values: Any) -> str:
    """A part of a page, for whoever sends it by itself."""
    pages: Pages = request.app.ctx.pages
    return pages.render(request, template, values)


def translator(request: Request) -> Translator:
    return Translator(request.ctx.language)


def say(request: Request, text: str, kind: str = "ok", undo: str = "") -> None:
    """Tell the person on the next page what happened; `undo` is a POST address of ours that takes it back."""
    request.ctx.flash_next = Flash(kind, text, undo)


@pass_context
def megabytes(page: Context, size_bytes: int) -> str:
    """A size as people read it."""
    if size_bytes < 100_000:
        return f"{max(1, size_bytes // 1000)} kB"
    return f"{format_decimal(size_bytes / 1e6, '0.0', locale=page['language'])} MB"


@pass_context
def tongue(page: Context, language: str) -> Markup:
    """What goes behind the name of an element whose words are in this language: nothing where the whole page is."""
    if language.lower() == page["language"] or not LANGUAGE_TAG.fullmatch(language):
        return Markup()
    return Markup(' lang="{}" dir="{}"').format(language, direction_of(language))


@pass_context
def spoken(page: Context, text: str, language: str) -> str:
    """Words of a course among words of the box: screen readers then say each in its own tongue."""
    attributes = tongue(page, language)
    return Markup("<span{}>{}</span>").format(attributes, text) if text and attributes else text


def _common(request: Request, static: StaticFiles) -> dict[str, Any]:
    translate = translator(request)
    token = csrf.token_for(request)
    return {
        "_": translate,
        "ngettext": translate.plural,
        "static": static.address,
        "csrf_token": token,
        "csrf_field": lambda: Markup(f'<input type="hidden" name="{csrf.FIELD}" value="{token}">'),  # noqa: S704 - our own hex
        "language": translate.language,
        "languages": list(LANGUAGES.items()),
        "text_direction": translate.direction,
        "box": request.app.ctx.school(),
        "density": request.app.ctx.density(),
        "person": person_of(request),
        "path": request.path,
        # Where a change of language leads back to: a page that answered a form can't be opened by its address.
        "this_page": whole(request.path, request.query_string) if request.method in csrf.SAFE else "/",
        "flash": request.ctx.flash,
        "standing": site_mode.said_on_top(request, person_of(request)),
        "request_id": request.ctx.request_id,
        "version": VERSION,
        "date": lambda day: format_date(day, translate("EEEE d MMMM"), locale=translate.language),
        "moment": lambda seconds, is_near=True: _moment(request, seconds, is_near),
    }


def _local(request: Request, seconds: int) -> datetime:
    school = request.app.ctx.school()
    return datetime.fromtimestamp(seconds, ZoneInfo(school.timezone) if school else UTC)


def _moment(request: Request, seconds: int, is_near: bool) -> str:
    """Near days by their names, unless a sentence needs the date; another year's with its year."""
    translate = translator(request)
    then, now = _local(request, seconds), _local(request, request.app.ctx.db.now())
    word = _near_day(translate, (then.date() - now.date()).days) if is_near else ""
    if word:
        return f"{word}, {then:%H:%M}"
    pattern = translate("d MMM, HH:mm") if then.year == now.year else translate("d MMM y, HH:mm")
    return format_datetime(then, pattern, locale=translate.language)


def _near_day(translate: Translator, days: int) -> str:
    """Empty for a day that has no name of its own."""
    match days:
        case 0:
            return translate("today")
        case 1:
            return translate("tomorrow")
        case -1:
            return translate("yesterday")
    return ""


def _rooms_loader() -> ChoiceLoader:
    rooms = {room: PackageLoader(f"appliance.{room}") for room in ROOMS}
    return ChoiceLoader([PackageLoader("appliance.web"), PrefixLoader(rooms)])
