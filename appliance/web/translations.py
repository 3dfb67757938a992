"""The catalogues: every text of the interface, in the languages the box speaks."""

import gettext
import io
import re
from functools import cache
from importlib.resources import files

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from sanic import Request

from appliance.errors import Sentence

# Own names, as their speakers write them.
LANGUAGES = {"en": "English", "es": "Español"}
COOKIE = "chalkbox_language"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
# What a page may say of a text's language: `es`, `pt-BR`. A course may say anything.
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


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
    """Texts in one language, always plain: pages escape them where they put them, text and values alike."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = catalogue(language)

    def __call__(self, message: str, **values: object) -> str:
        if isinstance(message, Sentence):
            return self(message.template, **message.values)
        return _filled(self._catalogue.gettext(message) if message else "", values)

    def plural(self, one: str, many: str, number: int, **values: object) -> str:
        return _filled(self._catalogue.ngettext(one, many, number), {"num": number, **values})

    @property
    def direction(self) -> str:
        return direction_of(self.language)


def direction_of(language: str) -> str:
    return "rtl" if language.lower().split("-")[0] in RIGHT_TO_LEFT else "ltr"


def _filled(message: str, values: dict[str, object]) -> str:
    return message % values if values else message


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
