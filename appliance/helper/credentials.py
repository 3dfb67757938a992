"""Takes out what opens a door: passwords, tokens and keys, in web addresses and outside them."""

import re

TAKEN_OUT = "[REDACTED_SECRET]"

# `?session=12` and `?key=C` are no secrets: a value has to be long, or to be called a password.
IN_ADDRESS = re.compile(
    r"""
    ([?&;\#](?:[a-z]{1,12}[_-])?(?:
        (?:key|apikey|token|auth|secret|session|sessionid|sid|signature|sig|jwt|bearer|credential|otp)=
        (?=[^\s&\#"']{8})(?=[^\s&\#"']{0,40}\d)
      | (?:pass|passwd|password|pwd|clave|contrasena)= (?=[^\s&\#"']{4})
    ))
    (?!\[)[^\s&\#"'<>)\]]+
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What the makers of keys put in front of them, so that they are known when they leak.
KNOWN_BEGINNINGS = re.compile(
    r"""
    (?<![\w-])(?:
      gh[pousr]_\w{20,255} | github_pat_\w{20,255} | glpat-[\w-]{16,64} | xox[abeoprs]-[\w-]{10,255}
      | (?:sk|pk|rk)[-_](?:[a-z]{2,8}[-_]){0,2}[A-Za-z\d_-]{16,255} | (?:AKIA|ASIA)[A-Z\d]{16} | AIza[\w-]{30,64}
      | ya29\.[\w-]{12,255} | (?:hf|npm)_[A-Za-z\d]{20,64} | dop_v1_[a-f\d]{32,64} | SG\.[\w-]{16,32}\.[\w-]{16,64}
      | eyJ[\w-]{8,2000}\.[\w-]{4,2000}(?:\.[\w-]{0,2000})? | \d{8,10}:[\w-]{35}
    )(?![\w-])
    """,
    re.VERBOSE,
)
BEARER = re.compile(r"\b(bearer\s{1,3})(?=[\w.~+/-]{0,40}\d)[\w.~+/-]{12,2000}=*", re.IGNORECASE)
# "token = 12" is a line of code, "my pin is 13" a pin of a board: digits alone have to be said to be somebody's.
NAMED = re.compile(
    r"""
    \b((?:api[ _-]?key|access[ _-]?token|auth[ _-]?token|secret[ _-]?key|client[ _-]?secret|token|api[ _-]?secret)
       (?:\ is|\ es)?\ ?[:=]?\ ?["']?)
    (?!\[)(?=[\w.-]{0,60}\d)(?=[\w.-]{0,60}[A-Za-z])[\w.-]{12,255}
    """,
    re.VERBOSE | re.IGNORECASE,
)
PASSWORD = re.compile(
    r"""
    \b((?:password|passwd|passcode|pwd|contrase[ñn]a|clave|pass)
       (?:\ (?:for|of|to|de|del|para)(?:\ \w{1,20}){1,3}?)?
       (?:\ ?[:=]|\ (?:is|es|was|era))\ ?["']?)
    (?!\[)(?=[^\s"']{0,40}[\d!@\#$%&*_?+])(?=[^\s"']{0,40}[A-Za-z])(?![^\s"']{0,40}[(\[])[^\s"']{5,64}
    """,
    re.VERBOSE | re.IGNORECASE,
)
OWN_PIN = re.compile(
    r"\b((?:my|his|her|our|your|mom'?s|mum'?s|dad'?s|mi|su|tu)"
    r" (?:\w{2,12} ){0,2}(?:pin|passcode|password|code|contrase[ñn]a|clave|c[oó]digo)"
    r"(?: (?:de|para|for|to)(?: \w{1,12}){1,3}?)?(?: is|:| es) ?)\d{4,8}(?![\w.,]?\d|\w)",
    re.IGNORECASE,
)


def without_credentials(text: str) -> str:
    text = KNOWN_BEGINNINGS.sub(TAKEN_OUT, IN_ADDRESS.sub(rf"\1{TAKEN_OUT}", text))
    text = NAMED.sub(rf"\1{TAKEN_OUT}", BEARER.sub(rf"\1{TAKEN_OUT}", text))
    return OWN_PIN.sub(rf"\1{TAKEN_OUT}", PASSWORD.sub(rf"\1{TAKEN_OUT}", text))
