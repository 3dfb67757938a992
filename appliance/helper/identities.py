"""Street addresses, and numbers that stand for one person: papers, accounts, cards."""

import re

ADDRESS = "[REDACTED_ADDRESS]"
ID = "[REDACTED_ID]"

ROAD = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|boulevard|blvd|crescent|terrace"
    r"|drive|dr|close|court|ct|place|square|way)"
)
CAPITAL = r"(?-i:[A-ZÁÉÍÓÚÑ])[\w'’.-]*"
# Only with a capital letter: a view, a hill and a circle are found in lessons too.
ROAD_NAME = (
    r"(?-i:View|Hill|Park|Row|Walk|Gardens|Grove|Mews|Green|Heights|Rise|Parade|Parkway|Pkwy|Highway|Hwy|Circle|Trail"
    r"|Quay|Wharf|Vale|Meadows?|Crossing|Loop|Alley)"
)
COMPASS = r"(?:(?-i:[NS][EW]?|[EW]|North|South|East|West)\.? )?"
FLAT = r"(?:,? (?:apt|apartment|flat|unit|piso|depto|int)\.? ?\w{1,4}\b)?"
# "12 Baker Street": capitals tell a name. Without them somebody has to say that it is where they live.
NUMBER_FIRST = re.compile(
    rf"\b\d{{1,5}}[a-z]?,? {COMPASS}(?:(?:{CAPITAL} ){{1,3}}(?:{ROAD}|{ROAD_NAME})|\d{{1,3}}(?:st|nd|rd|th) {ROAD})\b"
    rf"\.?{FLAT}",
    re.IGNORECASE,
)
# Whatever kind of road it is: somebody says that it is theirs.
AT_HOME = re.compile(
    rf"\b((?:live at|living at|my address is|home address is|address:|vivo en|mi direcci[oó]n es"
    rf"|domicilio:?|direcci[oó]n:)"
    rf" (?:la |el )?)(?:\d{{1,5}}[a-z]?,? {CAPITAL}(?: {CAPITAL}){{0,2}}"
    rf"|{CAPITAL}(?: (?:de |del |la |las |los )?{CAPITAL}){{0,3}},? ?(?:n[º°o]\.?|n[uú]m\.?|\#)? ?\d{{1,5}}\b)",
    re.IGNORECASE,
)
LIVING = re.compile(
    rf"\b((?:live|lives|living|address|my house|come to|home is)\b[^.!?\n\d]{{0,25}})"
    rf"\d{{1,5}}[a-z]?,? (?:[^\W\d_]+ ){{1,3}}{ROAD}\b\.?{FLAT}",
    re.IGNORECASE,
)
STREET = (
    r"(?:calle|c/|avenida|avda\.?|av\.|plaza|paseo|carretera|calzada|(?-i:Camino|Carrera|Colonia|Cra\.?"
    r"|Jir[oó]n|Jr\.|Pasaje|Pje\.|Ronda|Rambla|Traves[ií]a|Callej[oó]n|Diagonal|Transversal|Privada|Cerrada"
    r"|Prolongaci[oó]n|Glorieta|Bulevar|Blvd\.?|Cl\.|Urb\.))"
)
NAME_FIRST = re.compile(
    rf"(?<!\w){STREET} ?(?:(?:de|del|la|las|los|el|san|santa|[^\W_]{{2,}}\.?) ?){{1,5}}?,? ?"
    rf"(?:n[º°o]\.?|n[uú]m(?:ero)?\.?|#)? ?\d{{1,5}}(?:[ -]*\d{{1,3}})?\b(?!\s*(?:ohm|volt|mA|V\b|cm|m\b|km))"
    rf"(?:,? ?\d[º°ª] ?[a-z]?\b)?{FLAT}",
    re.IGNORECASE,
)

PAPERS = re.compile(
    r"""
    (?<![\w-])(?:
      \d{3}-\d{2}-\d{4}                                   # US social security
      | \d{8}-?[A-HJ-NP-TV-Z]                             # Spanish DNI
      | \d{1,2}\.\d{3}\.\d{3}-?[A-HJ-NP-TV-Z]            # the same with dots
      | [XYZ]-?\d{7}-?[A-HJ-NP-TV-Z]                      # Spanish NIE
      | [A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d                # Mexican CURP
      | [A-Z]{2}\ ?\d{2}\ ?\d{2}\ ?\d{2}\ ?[A-D]          # British national insurance
      | [A-Z]{2}\d{2}(?:\ ?[A-Z\d]{4}){3,7}(?:\ ?[A-Z\d]{1,3})?  # IBAN
      | \d{3}\.\d{3}\.\d{3}-\d{2}                         # Brazilian CPF
      | \d{1,2}\.\d{3}\.\d{3}-[\dkK]                      # Chilean RUT
    )(?![\w-])
    """,
    re.VERBOSE,
)
# Papers whose number alone could be anything.
DOTTED = re.compile(
    r"\b((?:dni|c[eé]dula|c\.?i\.?|rut|run|documento|identidad)\W{0,3}(?:es |no\.? |n[º°] |de identidad )?)"
    r"\d{1,3}(?:[. ]\d{3}){2}(?:-[\dkK])?\b",
    re.IGNORECASE,
)
CARD = re.compile(r"(?<![\w.,-])\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,7}(?![\w-])(?!\.\d)")
NAMED = re.compile(
    r"""
    \b((?:passport|pasaporte|student|school|pupil|library\ card|id|dni|nie|curp|cedula|cédula|matr[ií]cula|rut|ssn|nss
      |social\ security|seguro\ social|licen[cs]e|account|cuenta|locker|expediente)
      (?:\ (?:id|card|number|num|no|n[º°]|code|numero|número|de))*\.?\ ?(?:is|es|:|=|\#)?\ ?:?\ ?\#?)
    (?=[A-Z\d-]{4,20}\b)(?=(?:[A-Z-]*\d){4})[A-Z\d]+(?:-[A-Z\d]+)*
    """,
    re.VERBOSE | re.IGNORECASE,
)


def without_identities(text: str) -> str:
    text = DOTTED.sub(rf"\1{ID}", NAMED.sub(rf"\1{ID}", PAPERS.sub(ID, text)))
    text = CARD.sub(lambda found: ID if _is_card(found[0]) else found[0], text)
    text = NAME_FIRST.sub(ADDRESS, NUMBER_FIRST.sub(ADDRESS, text))
    return AT_HOME.sub(rf"\1{ADDRESS}", LIVING.sub(rf"\1{ADDRESS}", text))


def _is_card(written: str) -> bool:
    """By its check digit (Luhn, ISO/IEC 7812): other long numbers pass one time in ten."""
    digits = [int(sign) for sign in reversed(written) if sign.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
