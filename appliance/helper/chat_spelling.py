"""How children type: short forms written out, apostrophes and accents gone, letters held down let go."""

import re

from appliance.helper.words import plain

SHORT_FORMS = """
im=i am, ive=i have, id=i would, its=it is, thats=that is, whats=what is, wats=what is, hows=how is,
whos=who is, wheres=where is, theres=there is, youre=you are, isnt=is not, arent=are not, wasnt=was not,
aint=is not, doesnt=does not, doesn=does not, dosent=does not, dosnt=does not, dont=do not, didnt=did not,
wont=will not, cant=can not, cannot=can not, couldnt=could not, wouldnt=would not, shouldnt=should not,
havent=have not, hasnt=has not, idk=i do not know, dunno=do not know, u=you, ur=your, r=are, wat=what,
wut=what, wht=what, hw=how, plz=please, pls=please, wanna=want to, gotta=have to, gonna=going to, bc=because,
q=que, k=que, xq=por que, pq=por que, porq=por que, xk=por que, tb=tambien, x=por, toy=estoy, ta=esta
"""
SHORT = dict(pair.strip().split("=") for pair in SHORT_FORMS.split(","))
SIGNS = re.compile(r"[^\W_]+|\?")
HELD_DOWN = re.compile(r"([^\W\d_])\1{2,}")


def written_out(text: str) -> str:
    """Lower case, no accents, single spaces, short forms written out; of all signs only question marks stay."""
    return " ".join(SHORT.get(sign, sign) for sign in SIGNS.findall(plain(text).replace("'", "")))


def let_go(written: str) -> str:
    """`nooooo` and `nooo` are one word."""
    return HELD_DOWN.sub(r"\1\1", written)
