"""A chemical formula told in words: `one carbon and two oxygens`."""

import re
import unicodedata
from collections import Counter
from functools import cache

from appliance.helper.number_words import in_digits
from appliance.helper.plain_letters import tokens_of

# The elements of school, in English and Spanish.
ELEMENTS = """
H hydrogen hidrogeno, He helium helio, Li lithium litio, C carbon carbono, N nitrogen nitrogeno, O oxygen oxigeno,
F fluorine fluor, Ne neon neon, Na sodium sodio, Mg magnesium magnesio, Al aluminium aluminio, Si silicon silicio,
P phosphorus fosforo, S sulfur azufre, Cl chlorine cloro, Ar argon argon, K potassium potasio, Ca calcium calcio,
Ti titanium titanio, Cr chromium cromo, Mn manganese manganeso, Fe iron hierro, Co cobalt cobalto, Ni nickel niquel,
Cu copper cobre, Zn zinc cinc, Br bromine bromo, Ag silver plata, Sn tin estano, I iodine yodo, Ba barium bario,
Au gold oro, Hg mercury mercurio, Pb lead plomo
"""
NAMES = {row.split()[0]: frozenset(row.split()[1:]) for row in ELEMENTS.split(",")}
SPELLINGS = {
    "sulphur": "sulfur",
    "aluminum": "aluminium",
    "zinc": "zinc",
    "fluoruro": "fluor",
    "cloruro": "cloro",
}
FORMULA = re.compile(r"(?:[A-Z][a-z]?\d{0,3}|\((?:[A-Z][a-z]?\d{0,3}){1,6}\)\d{0,2}){2,12}")
GROUP = re.compile(r"\(([^()]*)\)(\d*)")
ATOM = re.compile(r"([A-Z][a-z]?)(\d*)")
# Between a number and what it counts: `six atoms of carbon`, `carbon six times`.
NEAREST = 3

Atoms = Counter[str]


@cache
def atoms_of(answer: str) -> Atoms:
    """How many of each element, by its symbol; empty for an answer that is no formula."""
    written = unicodedata.normalize("NFKC", answer).strip()
    if len(written) > 40 or not FORMULA.fullmatch(written):
        return Counter()
    flat = GROUP.sub(lambda found: found[1] * int(found[2] or 1), written)
    atoms: Atoms = Counter()
    for symbol, many in ATOM.findall(flat):
        atoms[symbol] += int(many or 1)
    return atoms if atoms.keys() <= NAMES.keys() else Counter()


def tells_atoms(text: str, atoms: Atoms) -> bool:
    """Each element of it by name or symbol, and how many of each, in a levelled text; one alone by its name
    needs no number."""
    tokens = [_named(token) for token in tokens_of(in_digits(text))]
    are_single = max(atoms.values()) == 1
    return all(_is_told(tokens, symbol, many, are_single) for symbol, many in atoms.items())


def _is_told(tokens: list[str], symbol: str, many: int, are_single: bool) -> bool:
    for at, token in enumerate(tokens):
        if token in NAMES[symbol] and ((many == 1 and not are_single) or _is_counted(tokens, at, many)):
            return True
        if token == symbol.lower() and str(many) in tokens[max(0, at - 1) : at]:
            return True
    return False


def _named(token: str) -> str:
    one = token.removesuffix("s") if token not in ("phosphorus",) else token
    return SPELLINGS.get(one, one)


def _is_counted(tokens: list[str], at: int, many: int) -> bool:
    """By the number before it, or else by the one behind it."""
    before = [token for token in tokens[max(0, at - NEAREST) : at] if token.isdigit()]
    behind = [token for token in tokens[at + 1 : at + 1 + NEAREST] if token.isdigit()]
    return str(many) in (*before[-1:], *behind[:1])
