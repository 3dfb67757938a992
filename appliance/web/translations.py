"""The catalogues: every text of the interface, in the languages the box speaks."""

import gettext
import io
from functools import cache
from importlib.resources import files
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup, escape
from sanic import Request

# Own names, as their speakers write them.
LANGUAGES = {"en": "English", "es": "Español"}
COOKIE = "chalkbox_language"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    source = files("appliance.web") / "locale" / f"{language}.po"
    if language == "en" or not source.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


class Translator:
    """Texts in one language; values are escaped, since most texts end up in a page."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = catalogue(language)

    def __call__(self, message: str, **values: Any) -> str:
        return _filled(self._catalogue.gettext(message) if message else "", values)

    def plural(self, one: str, many: str, number: int, **values: Any) -> str:
        return _filled(self._catalogue.ngettext(one, many, number), {"num": number, **values})

    @property
    def direction(self) -> str:
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"


def _filled(message: str, values: dict[str, Any]) -> str:
    return Markup(message % {name: escape(value) for name, value in values.items()}) if values else message  # noqa: S704 - the catalogues are ours


def language_of(request: Request) -> str:
    """The person's choice, else the browser's, else the school's."""
    chosen = str(request.cookies.get(COOKIE) or "")
    if chosen in LANGUAGES:
        return chosen
    for accepted in str(request.headers.get("accept-language") or "").split(",")[:10]:
        code = accepted.split(";")[0].strip().lower().split("-")[0]
        if code in LANGUAGES:
            return code
    return str(request.app.ctx.school_language())
