"""How lines look that were typed in a hurry, on a phone, or by ear: the same mistakes for the same line every time."""

import random
import unicodedata

SHORTENED = """
you=u, you=yu, are=r, please=plz, please=pls, what=wat, what=wht, what=wut, why=y,
because=cuz, because=bc, with=w,
about=abt, right=rite, right=rigt, the=teh, the=da, the=th, something=smth, though=tho, know=kno, to=2, for=4, that=dat,
this=dis,
my=ma, should=shud, could=cud, would=wud, check=chek, does=dos, does=duz, how=hw, is=iz, have=hav, answer=anser,
answer=awnser, explain=explane,
finished=finishd, finished=finshed, difference=diffrence, start=strt, first=frst,
thanks=thx, que=q, que=k, que=ke, para=pa, para=pra, por=x, quiero=kiero, como=komo, como=cm, hacer=aser, hacer=acer,
hago=ago, hay=ai, ya=lla, esta=sta, esta=ta, bien=bn, porfa=xfa, tambien=tb, no=nop, con=cn, mi=mii, trabajo=trabjo,
hice=ise, hice=ice, funciona=funsiona, entiendo=entyendo, entiendo=entiendoo, puedo=pueo, revisa=rebisa, termine=termne,
empiezo=empieso, explicame=esplicame, cual=kual, cuando=kuando, donde=dnd, ahora=aora, profe=prof, gracias=grax
"""
BY_EAR = (("b", "v"), ("v", "b"), ("z", "s"), ("ce", "se"), ("ci", "si"), ("ll", "y"), ("h", ""), ("qu", "k"))
BY_EAR_ENGLISH = (
    ("ie", "ei"),
    ("ea", "ee"),
    ("gh", ""),
    ("ck", "k"),
    ("tion", "shun"),
    ("ph", "f"),
    ("ss", "s"),
)
NEAR = {
    "a": "s",
    "e": "r",
    "i": "o",
    "o": "p",
    "n": "m",
    "r": "t",
    "s": "d",
    "t": "y",
    "l": "k",
    "c": "v",
    "u": "i",
}
LEAST_WORD = 4
SHORTENED_SHARE, MISTYPED_SHARE = 0.5, 0.14


def _short_forms() -> dict[str, list[str]]:
    forms: dict[str, list[str]] = {}
    for pair in SHORTENED.split(","):
        word, _, short = pair.strip().partition("=")
        forms.setdefault(word, []).append(short)
    return forms


SHORT = _short_forms()


def misspelt(line: str) -> str:
    chance = random.Random(line)  # noqa: S311
    return " ".join(_hurried(word, chance) for word in _bare(line).split())


def _bare(line: str) -> str:
    parted = unicodedata.normalize("NFKD", line.lower())
    return "".join(sign for sign in parted if not unicodedata.combining(sign)).replace("'", "")


def _hurried(word: str, chance: random.Random) -> str:
    if word in SHORT and chance.random() < SHORTENED_SHARE:
        return chance.choice(SHORT[word])
    if len(word) >= LEAST_WORD and word.isalpha() and chance.random() < MISTYPED_SHARE:
        return _mistyped(word, chance)
    return word


def _mistyped(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    ways = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[: at + 1] + word[at:],
        word[:at] + NEAR.get(word[at], word[at]) + word[at + 1 :],
        *(word.replace(right, heard, 1) for right, heard in (*BY_EAR, *BY_EAR_ENGLISH) if right in word),
    )
    return chance.choice(ways)
