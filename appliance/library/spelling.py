"""How words are misspelt: by a slip of the finger, or as they sound."""

import re

# Sounds that English and Spanish write in several ways; longest first.
SOUND_LIST = """
ough=of augh=af tion=shon sion=shon cion=shon ph=f ck=k gh=g kn=n wr=r sch=sk sh=$ ch=$ th=t qu=k ce=se ci=si cy=si
ge=je gi=ji gy=ji ll=y gu=g
x=ks c=k q=k z=s v=b y=i h= w=u
"""
SOUNDS = dict(pair.split("=") for pair in SOUND_LIST.split())
_WRITTEN = re.compile("|".join(SOUNDS))
_DOUBLED = re.compile(r"(.)\1+")


def sounds(word: str) -> str:
    """The same for words that are said alike; `word` is lower case and without accents."""
    heard = _WRITTEN.sub(lambda met: SOUNDS[met[0]], _DOUBLED.sub(r"\1", word))
    return _DOUBLED.sub(r"\1", heard)


def distance(word: str, other: str, most: int) -> int:
    """Letters to add, leave out, change or swap with their neighbour; more than `most` is `most` + 1."""
    if abs(len(word) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, start=1):
        earlier, before, row = before, row, [i]
        for j, meant in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != meant))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == meant:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
