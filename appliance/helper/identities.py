"""Takes out numbers that stand for one person: papers, accounts, cards, what a school or a doctor calls somebody."""

import re
from collections.abc import Callable

ID = "[REDACTED_ID]"

# Their shape alone tells them.
SHAPES = re.compile(
    r"""
    (?<![\w-])(?:
      \d{3}-\d{2}-\d{4}                                        # US social security
      | \d{8}[ -]?[A-HJ-NP-TV-Z]                               # Spanish DNI
      | \d{1,2}\.\d{3}\.\d{3}\ ?-?\ ?[A-HJ-NP-TV-Z]              # the same with dots
      | [XYZ]-?\d{7}-?[A-HJ-NP-TV-Z]                           # Spanish NIE
      | [A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z\d]\d                    # Mexican CURP
      | [A-ZÑ&]{4}\d{2}(?:0[1-9]|1[0-2])[0-3]\d[A-Z\d]{2}[\dA]  # Mexican RFC
      | [A-Z]{2}\ ?\d{2}\ ?\d{2}\ ?\d{2}\ ?[A-D]               # British national insurance
      | [A-Z]{2}\d{2}(?:\ ?[A-Z\d]{4}){3,7}(?:\ ?[A-Z\d]{1,3})? # IBAN
      | \d{3}\.\d{3}\.\d{3}-\d{2}                              # Brazilian CPF
      | \d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}                        # Brazilian CNPJ
      | \d{1,2}\.\d{3}\.\d{3}-[\dkK]                           # Chilean RUT
      | (?:20|2[347]|30|33)-\d{8}-\d                           # Argentine CUIT and CUIL
      | \d{3}-\d{7}-\d                                         # Dominican cédula
      | \d{3}-\d{6}-\d{4}[A-Z]                                 # Nicaraguan cédula
      | [VE]-?\d{1,2}\.\d{3}\.\d{3} | [VE]-\d{7,8}             # Venezuelan cédula
      | [A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]          # Italian codice fiscale
      | [A-Z]{5}\d{4}[A-Z]                                     # Indian PAN
      | [A-Z][A-Z9]{4}\d{6}[A-Z9]{2}\d[A-Z]{2}                # British driving licence
      | [12]\ \d{2}\ (?:0[1-9]|1[0-2])\ \d{2}\ \d{3}\ \d{3}(?:\ \d{2})?  # French social security
    )(?![\w-])
    """,
    re.VERBOSE,
)
# Their check digit tells them from other numbers.
CARD = re.compile(
    r"(?<![\w.,-])(?:\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -]?)\d{6}\2\d{5})(?![\w-])(?!\.\d)"
)
SMALL_DNI = re.compile(r"(?<![\w.,-])(?:\d{8}|[xyz]\d{7})[ -]?[a-hj-np-tv-z](?![\w-])", re.IGNORECASE)
SMALL_IBAN = re.compile(
    r"(?<![\w-])[a-z]{2}\d{2}(?:[a-z\d]{11,30}|(?:[ -][a-z]{4})?(?:[ -]\d{4}){2,6}(?:[ -]\d{1,4})?)(?![\w-])",
    re.IGNORECASE,
)
PLAIN_RUT = re.compile(r"(?<![\w.,-])\d{7,8}-[\dkK](?![\w-])")

PAPER = r"""
    passport|pasaporte|dni|d\.n\.i\.?|nie|n\.i\.e\.?|curp|rfc|c[eé]dula|cuit|cuil|rut|run|ssn|nss|cpf|rg
    |nif|nino|ppsn?
    |bsn|pesel|tfn|dpi|aadhaa?r|nhs|abn|social\ security|social\ insurance|seguro\ social|national\ (?:id
    |insurance|identity)
    |(?:driver'?s?|driving)\ licen[cs]e|licen[cs]e|licencia(?:\ de\ conducir)?|medicare|(?:tax|patient
    |health|insurance)\ (?:id|number|card)
    |obra\ social|p[oó]liza|insurance\ policy|iban|swift|(?:bank|savings|routing|account)\ (?:account|number)
    |(?:credit|debit|bank)\ card|card\ number|tarjeta(?:\ de\ (?:cr[eé]dito|d[eé]bito))?
    |cuenta(?:\ (?:bancaria|del\ banco|corriente))?
    |clabe|cbu|sort\ code|account\ no|licen[cs]e\ plate|number\ plate|placas?
    |documento(?:\ de\ identidad)?|identidad|carn[eé]t?(?:\ de\ (?:estudiante|identidad|biblioteca))?|c\.?i\.
"""
SCHOOL = r"""
    (?:student|school|pupil|learner|library|lunch|member(?:ship)?|candidate|enrol?lment|registration|exam
    |roll|bus\ pass|badge)
    (?:\ card)?(?:'?s)?[ ](?:id(?:entification)?|card|number|num|no|n[º°]|\#|code|pin)
    |n[uú]mero\ de\ (?:alumn[oa]|estudiante|control|expediente|cuenta|socio|afiliad[oa]|lista|documento
    |identificaci[oó]n)
    |c[oó]digo\ de\ (?:alumn[oa]|estudiante)|matr[ií]cula|expediente|legajo|boleta|locker
    |folio\ de\ (?:alumn[oa]|inscripci[oó]n)
    |(?:my|his|her|your|their|our|mum'?s|mom'?s|dad'?s|mi|su|tu)\ (?:\w{2,12}\ )?(?:id|visa|mastercard|amex
    |card|cuenta|account|sin|tin|ine)
    |id\ (?:number|card|no|n[º°]|code)
"""
FILLING = (
    r"(?:\ ?(?:\(|:|=|\#|\b(?:is|es|was|id|card|cards?|number|num|no|n[º°]|code|n[uú]mero|nro|de|del|the|el"
    r"|la|of|my|mi|mom'?s"
    r"|mum'?s|dad'?s|mam[aá]|pap[aá]|estudiante|alumn[oa]|ciudadan[ií]a|identidad|ends?\ in"
    r"|termina\ en)\b\.?)){0,6}\ ?\#?"
)
WRITTEN = (
    r"(?=(?:[A-Z]{0,4}[ .-]?){0,2}(?:\d[A-Z .-]{0,2}){4})"
    r"[A-Z]{0,4}[ .-]?\d(?:[ ./-]?(?:\d|[A-Z](?![a-z]))){2,29}"
)
NAMED = re.compile(
    rf"\b((?i:{PAPER}|{SCHOOL})(?i:{FILLING}|\ [^\W\d_]{{3,12}}(?:\ is|\ es|:)?\ ))(?!\[)({WRITTEN}"
    rf"|[a-z]{{1,3}}\d{{4,12}}[a-z]?)(?!\w)",
    re.VERBOSE,
)
PLATE = re.compile(
    r"\b((?i:number plate|license plate|licence plate|placas?|matr[ií]cula)(?i: (?:is|es|del?|la|el|my"
    r"|mom'?s|dad'?s|carro|coche|auto"
    r"|number|n[uú]mero)\b|:){0,4} ?)(?!\[)(?=[A-Z\d -]{0,6}[A-Z])"
    r"(?=[A-Z -]{0,6}\d[A-Z \d-]{0,4}\d)[A-Z\d]{1,4}(?:[ -]?[A-Z\d]{2,4}){1,2}(?!\w)"
)
# Their words mean other things too: something has to say that a number follows.
WEAK = re.compile(
    r"(?:run|rut|rg|swift|placas?|tarjetas?|cuenta|licen[cs]e|licencia|boleta|locker|identidad|documento"
    r"|nino|card)\s*$",
    re.IGNORECASE,
)
WEAK_DIGITS = 7
CARD_CODE = re.compile(
    r"\b((?:cvv2?|cvc|c[oó]digo de seguridad|security code)(?: is| es|:)? ?)\d{3,4}\b", re.IGNORECASE
)
# Behind a number that only stands beside such a word.
COUNTED = re.compile(
    r"\s?(?:[kmM]?[AVW]h?\b|[kM]?(?:ohm|Ω)|%|pesos\b|euros?\b|dollars?\b|d[oó]lares\b|[$€£*]|x\s?\d|m\b|[ck]m\b"
    r"|(?!(?:gracias|thanks|its|is|was|this|his|es|las|los|mis|sus|pues)\b)[^\W\d_]{3,20}s\b)"
)
LEAST_DIGITS = 4
YEAR = re.compile(r"(?:19|20)\d\d(?: ?[-/] ?(?:19|20)?\d\d)?")

DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def without_identities(text: str) -> str:
    text = SHAPES.sub(ID, text)
    for pattern, is_one in CHECKED:
        text = pattern.sub(lambda found, is_one=is_one: ID if is_one(found[0]) else found[0], text)  # type: ignore[misc]
    text = NAMED.sub(lambda found: _named(found, text[found.end() :]), text)
    return PLATE.sub(rf"\1{ID}", CARD_CODE.sub(rf"\1{ID}", text))


def _named(found: re.Match[str], behind: str) -> str:
    number = found[2].strip(" .-/")
    digits = sum(sign.isdigit() for sign in number)
    least = WEAK_DIGITS if WEAK.search(found[1]) else LEAST_DIGITS
    is_other = COUNTED.match(behind) or YEAR.fullmatch(number) or digits < least
    return found[0] if is_other else found[1] + ID + found[2][len(found[2].rstrip(" .-/")) :]


def is_card(written: str) -> bool:
    """By its check digit (Luhn, ISO/IEC 7812): other long numbers pass one time in ten."""
    digits = [int(sign) for sign in reversed(written) if sign.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return max(digits) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def is_dni(written: str) -> bool:
    """By its letter (Real Decreto 1553/2005): the rest of the number by 23."""
    bare = written.upper().replace("-", "").replace(" ", "")
    number = bare[:-1].translate(str.maketrans("XYZ", "012"))
    return DNI_LETTERS[int(number) % len(DNI_LETTERS)] == bare[-1]


def is_iban(written: str) -> bool:
    """By the rest of ISO 13616: letters count from 10, the first four signs go last."""
    bare = "".join(sign for sign in written.upper() if sign.isalnum())
    turned = bare[4:] + bare[:4]
    return (
        15 <= len(bare) <= 34
        and sum(map(str.isdigit, bare)) > 9
        and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1
    )


def is_rut(written: str) -> bool:
    """By its check digit: weights 2 to 7 from the right, the rest by 11."""
    number, check = written.upper().split("-")
    rest = -sum(int(sign) * (2 + place % 6) for place, sign in enumerate(reversed(number))) % 11
    return check == ("K" if rest == 10 else str(rest))


CHECKED: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (CARD, is_card),
    (SMALL_DNI, is_dni),
    (SMALL_IBAN, is_iban),
    (PLAIN_RUT, is_rut),
)
