"""Words of everyday English that are said for one another, and forms that no ending tells: `leaf` and `leaves`."""

from functools import lru_cache
from importlib.resources import files


def family_of(word: str) -> tuple[str, ...]:
    """The others of its groups; nothing for a word that stands in none. `word` is lower case."""
    table = _table()
    bare = word.removesuffix("ing")
    forms = (word, *(word.removesuffix(ending) for ending in ("s", "es", "d", "ed")), bare, f"{bare}e")
    found = next((table[form] for form in forms if form in table), ())
    return tuple(each for each in found if each != word)


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for line in (files("appliance.library") / "families.txt").read_text(encoding="utf-8").splitlines():
        for group in () if line.startswith("#") else filter(None, map(str.strip, line.split(";"))):
            words = [word.replace("-", " ") for word in group.split()]
            for word in words:
                table[word] = tuple(dict.fromkeys((*table.get(word, ()), *words)))
    return table
