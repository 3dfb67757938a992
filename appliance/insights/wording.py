"""How sentences made here are put into somebody's language: whoever asks hands in the translation."""

from typing import Protocol


class Translate(Protocol):
    """English stands in the code; values fill its `%(name)s`."""

    def __call__(self, message: str, **values: object) -> str: ...

    def plural(self, one: str, many: str, number: int, **values: object) -> str: ...
