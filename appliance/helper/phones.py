"""Takes out phone numbers: by their groups of digits, by a sign for abroad, by what is said around them."""

import re
from dataclasses import dataclass
from itertools import pairwise

PHONE = "[REDACTED_PHONE]"

# No line breaks: a guard that works line by line sees the same numbers.
DIGITS_AND_GAPS = re.compile(r"(?<![\w.,])[+(]{0,2}\d[\d .()+\u00a0-]*")
GROUP = re.compile(r"\d+")
GAP = re.compile(r"[ .\u00a0-]|\) ?-?| ?\(")
DECIMALS = re.compile(r"\d\.")
ABROAD = re.compile(r"00[1-9]")
ADDED = re.compile(r"\d ?\+$")
SAFE = re.compile(
    r"""
    (?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)                                   # network address
    | (?<![\d.-])(?:1[0-9]|20)\d\d[-. ](?:0\d|1[0-2])[-. ][0-3]\d(?!\d)           # date, year first
    | (?<![\d.-])[0-3]?\d([.-])(?:0?\d|1[0-2])\1(?:1[0-9]|20)\d\d(?![.-]?\d)      # date, year last
    | (?<![\d.])-?\d{1,3}\.\d{4,}[ ,;]+-?\d{1,3}\.\d{4,}(?!\.?\d)                # a place on the map
    | (?<![\d.-])97[89][ -]?(?:\d[ -]?){9}\d(?![ -]?\d)                           # book number
    """,
    re.VERBOSE,
)
# Behind a plain number: it was measured, nobody can be rung there.
UNIT = re.compile(
    r"\s?(?:(?:m|km|cm|mm)(?:/s|/h)?\b|ohms?\b|[kM]?Ω|[mk]?[AVW]h?\b|[kMG]?[Hh]z\b|volts?\b|[kMGT]?B\b"
    r"|bytes?\b|bits?\b"
    r"|%|light.years\b|ly\b|AD\b|BCE?\b|CE\b|a\.C|d\.C|[kmg]?g\b|kil\w+|[kKM]?J\b|joules?\b|[$€£°]"
    r"|(?:years?|people|inhabitants"
    r"|miles|dollars?|tons|tonnes|stars|seconds?|hours?|days|met(?:er|re)s|feet|degrees|points?|pixels"
    r"|steps|grams|cells"
    r"|atoms|electrons|molecules|times|habitantes|personas|a[ñn]os(?:\ luz)?|euros?|pesos?|d[oó]lares|soles"
    r"|toneladas|estrellas"
    r"|segundos|horas|d[ií]as|metros|kilom\w+|pasos|puntos|grados|p[ií]xeles|gramos|c[eé]lulas|[aá]tomos"
    r"|veces|views|vistas"
    r"|likes|subscribers|millones|million|billion)\b)"
)
ABROAD_BEFORE = re.compile(r"\+\(?[\d .()-]*$")
BILLIONS = re.compile(r"[1-9](?:[ .\u00a0]\d{3}){3,}")
THOUSANDS = re.compile(r"\d{1,3}(?:[ .\u00a0]\d{3})+")
# What may stand just before numbers that only look like phones.
OF_A_LESSON = re.compile(
    r"(?:[*/^=×÷<>√($€£]|\b(?:timestamp|unix|epoch|seed|isbn|ean|barcode|c[oó]digo de barras|binar\w+"
    r"|hex\w*|decimal\w*"
    r"|digits?|d[ií]gitos?|pi|populations?|poblaci[oó]n|factorial|speed|velocidad|distanc\w+|calcul\w+"
    r"|multipl\w+|divid\w+"
    r"|sum|suma|resta|subtract|solve|resuelve|round|redonde\w+|factor\w*|primes?|primos?|sqrt|ra[ií]z|root"
    r"|squares?|cubes?"
    r"|cuadrados?|cubos?|fibonacci|sequence|series?|secuencia|sucesi[oó]n|pattern|patr[oó]n|prints?|imprime"
    r"|outputs?"
    r"|scores?|puntaje|bytes|mass|masa|m[uú]ltiplos?|divisible|how much is|cu[aá]nto es|data|datos|values|valores"
    r"|median|mean|average|promedio|mediana|media|sort|ordena\w*|coordinates?|coordenadas?|pixels?|rows?"
    r"|filas?|answers?|results?|respuesta|resultado|total|product[o]?|minus|plus|menos"
    r"|frequency|frecuencia|hash|checksum|years?|a[ñn]os?))(?:[^\w\n]+[^\W\d]\w*){0,2}[^\w\n]*$",
    re.IGNORECASE,
)
COUNTED_BEHIND = re.compile(
    r" ?(?:[*/^=×÷<>]|x ?\d|(?:mod|divided|times|minus|plus|entre|dividido|menos)\b"
    r"|(?:is |es |a |an |un )*(?:prime|even|odd|divisible|primo|par|impar)\b"
    r"|(?!(?:thanks|gracias|its|thats|yes|is|was|this|his|whats|pls|las|los|mis|sus|tus|es|nos|pues"
    r"|entonces|porfis)\b)"
    r"[^\W\d_]{3,20}s\b)"
)
ADDED_BEHIND = re.compile(r" [-+] ?\d")
IN_CODE = re.compile(r"\w\($")
# German numbers; no fraction begins with 0.
SLASHED = re.compile(r"(?<![\w/.])0\d{2,5}/\d{5,9}(?![\w/])")
# Too short to be told from other numbers, but somebody says what it is.
SAID_WORDS = (
    r"(?:(?:tele|cell ?|i)?phones?|mobile|cell|landline|fax|sms|tel|tlf|telf|tfno|tlfno|fono|fijo|cel|celu"
    r"|celular|m[oó]vil"
    r"|tel[eé]fonos?|whats ?app|whats|wh?ats?app?|wasap|wpp?|wsp|(?:my|his|her|our|your|their|home"
    r"|(?:mu?o?m|dad|gran|friend|brother"
    r"|sister|uncle|aunt|cousin|teacher)'?s) (?:\w{2,12} ){0,2}(?:number|num|nr|no\.)|(?:mi|su|tu"
    r"|nuestro) (?:\w{2,12} )?(?:n[uú]mero|nro|num)"
    r"|n[uú]mero de (?:mi|tel\w*|cel\w*|contacto|emergencia|la casa|casa)|call|ring|text|dial"
    r"|ll[aá]m[ae]\w*|m[aá]rca(?:me|le)"
    r"|escr[ií]be(?:me|le)|contact\w*|message|msg|mensaje(?:ame)?|agr[eé]ga(?:me|lo|la)|an[oó]ta(?:lo|me)?"
    r"|reach|add me|emergency)"
)
SAID = re.compile(
    rf"\b{SAID_WORDS}(?:[^\w\n.!?]{{0,3}}(?:[. ]|\b)[^\W\d]\w{{0,14}}){{0,5}}[^\w\n!?$€£=]{{0,5}}$",
    re.IGNORECASE,
)
SAID_BEHIND = re.compile(
    r"[^\w\n]{0,3}(?:(?:is|es|that'?s|thats|its|it'?s|ese|este)\b ?)?(?:(?:is|es) )?(?:(?:my|his|her|our|mi"
    r"|su|el|la|the)\b ?)?(?:\w{2,12}'?s? ){0,2}"
    r"(?:phone|mobile|cell|landline|whats ?app|tel[eé]fono|tel|tlf|cel|celular|m[oó]vil|fijo|wasap)\b",
    re.IGNORECASE,
)
MOST_GROUPS = 8
FEWEST_DIGITS = 7
WINDOW = 60
BINARY = frozenset("01")


def without_phones(text: str) -> str:
    text = SLASHED.sub(PHONE, text)
    safe = [
        found.span()
        for found in SAFE.finditer(text)
        if not ABROAD_BEFORE.search(text, max(0, found.start() - WINDOW), found.start())
    ]
    return DIGITS_AND_GAPS.sub(lambda found: _without_phones(found, text, safe), text)


def _without_phones(found: re.Match[str], text: str, safe: list[tuple[int, int]]) -> str:
    if sum(map(str.isdigit, found[0])) < FEWEST_DIGITS:
        return found[0]
    return _Run.of(found, text, safe).without_phones()


@dataclass(frozen=True)
class _Run:
    """Digits with gaps between them. `is_said`: it is called a phone; `is_of_lesson`: it is called something else."""

    written: str
    groups: list[re.Match[str]]
    is_said: bool
    is_of_lesson: bool
    is_measured: bool

    @classmethod
    def of(cls, found: re.Match[str], text: str, safe: list[tuple[int, int]]) -> "_Run":
        written, begin, end = found[0], found.start(), found.end()
        before, behind = text[max(0, begin - WINDOW) : begin], text[end : end + WINDOW]
        groups = [
            group
            for group in GROUP.finditer(written)
            if not any(start <= begin + group.start() < stop for start, stop in safe)
        ]
        if groups and groups[-1].end() == len(written) and (behind[:1].isalnum() or behind[:1] == "_"):
            groups.pop()
        is_in_code = IN_CODE.search(before) is not None
        is_said = not is_in_code and (SAID.search(before) or SAID_BEHIND.match(behind)) is not None
        is_counted = OF_A_LESSON.search(before) or COUNTED_BEHIND.match(
            written[len(written.rstrip()) :] + behind
        )
        is_plain = len(groups) < 3 or THOUSANDS.fullmatch(written.strip()) is not None
        is_big = not is_said and BILLIONS.fullmatch(written.strip()) is not None
        return cls(
            written,
            groups,
            is_said,
            (is_counted is not None or is_in_code or is_big) and not is_said,
            is_plain and UNIT.match(behind) is not None,
        )

    def without_phones(self) -> str:
        kept, done, first = "", 0, 0
        while first < len(self.groups):
            last = self._end_of_phone(first)
            if last is None:
                first += 1
                continue
            start, end = self.groups[first].start(), self.groups[last].end()
            opened = len(self.written[done:start]) - len(self.written[done:start].rstrip("+("))
            kept += self.written[done : start - opened] + PHONE
            done = end + self.written[end:].startswith(")")
            first = last + 1
        return kept + self.written[done:]

    def _end_of_phone(self, first: int) -> int | None:
        """The last group of the longest phone number that begins with group `first`."""
        start = self.groups[first].start()
        before = self.written[max(0, start - 3) : start]
        abroad = self._is_abroad(start, before)
        if DECIMALS.fullmatch(before[-2:]) or (
            not abroad and BELONGS.search(self.written[max(0, start - 4) : start])
        ):
            return None
        found = None
        for last in range(first, min(first + MOST_GROUPS + 4 * self.is_said, len(self.groups))):
            if last > first and not self._are_joined(last):
                break
            end = self.groups[last].end()
            texts = [group[0] for group in self.groups[first : last + 1]]
            is_whole = abroad or self.is_said or not self._goes_on(end, len(texts) == 1)
            if is_whole and self._is_phone(texts, self.written[start:end], abroad):
                found = last
        return found

    def _goes_on(self, end: int, is_plain: bool) -> bool:
        behind = self.written[end : end + 4]
        return (behind[:1] == "-" and behind[1:2].isdigit()) or (
            is_plain and ADDED_BEHIND.match(behind) is not None
        )

    def _are_joined(self, last: int) -> bool:
        end, start = self.groups[last - 1].end(), self.groups[last].start()
        return GAP.fullmatch(self.written, end, start) is not None

    def _is_abroad(self, start: int, before: str) -> bool:
        if before.endswith(("+", "+(")):
            group = GROUP.match(self.written, start)
            is_code = before[-2:-1] == " " and group is not None and not 3 < len(group[0]) < 10
            return ADDED.search(before.rstrip("(")) is None or self.is_said or is_code
        return ABROAD.match(self.written, start) is not None

    def _is_phone(self, groups: list[str], written: str, abroad: bool) -> bool:
        """Phones and plain big numbers look alike; in doubt it is a phone, since a number can be asked again."""
        digits = sum(map(len, groups))
        is_binary = set("".join(groups)) <= BINARY
        if abroad and not (is_binary and written.startswith("00")):
            return FEWEST_DIGITS <= digits <= 20
        if is_binary:
            return False
        if self.is_measured or self.is_of_lesson:
            return False
        if self.is_said:
            return FEWEST_DIGITS <= digits <= 15 and not ("." in written and len(groups) == 2)
        return self._looks_like_phone(groups, written, digits)

    def _looks_like_phone(self, groups: list[str], written: str, digits: int) -> bool:
        sizes = [*map(len, groups)]
        if sizes in ([3, 4], [4, 4]) and "-" in written and " " not in written:
            return sizes == [3, 4] or (max(map(int, groups)) > LAST_YEAR and not groups[1].endswith("00"))
        is_decimal = len(groups) == 2 and "." in written
        is_series = len(self.groups) > LONGEST and " " in written
        return 9 <= digits <= 11 and not (is_decimal or is_series or _is_counted(groups))


LAST_YEAR = 2100
# More groups than any phone has: a row of numbers.
LONGEST = 6


BELONGS = re.compile(r"\d(?:-| - | \+ )$")


def _is_counted(groups: list[str]) -> bool:
    """Numbers of a sum or a series: 1 000 000 000, 100 200 300, 10 20 30 40 50, 128 256 512."""
    if len(groups) == 1:
        return groups[0].endswith("000")
    is_round = all(group.endswith("00") for group in groups[1:]) or all(
        group.endswith("0") for group in groups
    )
    if is_round or min(map(len, groups[1:])) == 1:
        return True
    is_thousands = len(groups[0]) == 1 and groups[0] != "0" and all(len(group) == 3 for group in groups[1:])
    is_short = all(len(group) <= 2 for group in groups) and not groups[0].startswith("0")
    return is_thousands or is_short or _is_series([int(group) for group in groups])


def _is_series(numbers: list[int]) -> bool:
    """Equal steps, equal ratios, each the sum of the two before it, or all close together and rising."""
    if len(numbers) < 3:
        return False
    pairs = [*pairwise(numbers)]
    steps = {after - before for before, after in pairs}
    triples = [*zip(numbers, numbers[1:], numbers[2:], strict=False)]
    is_geometric = all(b * b == a * c for a, b, c in triples)
    is_fibonacci = all(a + b == c for a, b, c in triples)
    is_close = min(steps) > 0 and numbers[-1] - numbers[0] <= 50
    return len(steps) == 1 or is_geometric or is_fibonacci or is_close
