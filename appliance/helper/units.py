"""Units of measure, in English and Spanish: which of them measure the same, and how many of one make another."""

from fractions import Fraction

# What is measured, its first unit, and the words for it.
BASES = {
    "voltage": "v volt volts voltio voltios",
    "current": "a amp amps ampere amperes amperio amperios",
    "resistance": "ohm ohms ohmio ohmios",
    "power": "w watt watts vatio vatios",
    "length": "m metre metres meter meters metro metros",
    "mass": "g gram grams gramme grammes gramo gramos",
    "time": "s sec secs second seconds seg segundo segundos",
    "volume": "l litre litres liter liters litro litros",
    "force": "n newton newtons",
    "work": "j joule joules julio julios",
    "pressure": "pa pascal pascals pascales",
    "frequency": "hz hertz hercio hercios",
    "charge": "c coulomb coulombs culombio culombios",
    "substance": "mol mole moles",
    "data": "byte bytes",
}
STEPS = {
    "milli": (Fraction(1, 1000), "m milli mili"),
    "micro": (Fraction(1, 10**6), "micro u"),
    "nano": (Fraction(1, 10**9), "nano"),
    "centi": (Fraction(1, 100), "c centi"),
    "deci": (Fraction(1, 10), "d deci"),
    "kilo": (Fraction(1000), "k kilo"),
    "mega": (Fraction(10**6), "mega"),
    "giga": (Fraction(10**9), "giga"),
}
OTHERS: dict[str, tuple[str, int | Fraction]] = {
    "cm": ("length", Fraction(1, 100)),
    "min mins minute minutes minuto minutos": ("time", 60),
    "h hr hrs hour hours hora horas": ("time", 3600),
    "day days dia dias": ("time", 86_400),
    "week weeks semana semanas": ("time", 604_800),
    "month months mes meses": ("months", 1),
    "year years ano anos": ("months", 12),
    "inch inches pulgada pulgadas": ("length", Fraction(254, 10_000)),
    "foot feet": ("length", Fraction(3048, 10_000)),
    "yard yards": ("length", Fraction(9144, 10_000)),
    "mile miles milla millas": ("length", Fraction(1_609_344, 1000)),
    "kilo kilos": ("mass", 1000),
    "t ton tons tonne tonnes tonelada toneladas": ("mass", 10**6),
    "lb lbs pound pounds libra libras": ("mass", Fraction(45_359_237, 100_000)),
    "kwh": ("work", 3_600_000),
    "wh": ("work", 3600),
    "cal calorie calories caloria calorias": ("work", Fraction(4184, 1000)),
    "kcal": ("work", 4184),
    "bar bares": ("pressure", 100_000),
    "ah": ("charge", 3600),
    "mah": ("charge", Fraction(36, 10)),
    "kmh km/h kph": ("speed", Fraction(10, 36)),
    "m/s mps": ("speed", 1),
    "cm/s": ("speed", Fraction(1, 100)),
    "mph": ("speed", Fraction(44_704, 100_000)),
    "% percent": ("percent", 1),
    "$ € euro euros dollar dollars dolar dolares peso pesos": ("money", 1),
    "cent cents centavo centavos": ("money", Fraction(1, 100)),
    "m2 m^2": ("area", 1),
    "cm2 cm^2": ("area", Fraction(1, 10**4)),
    "mm2 mm^2": ("area", Fraction(1, 10**6)),
    "km2 km^2": ("area", 10**6),
    "ha hectare hectares hectarea hectareas": ("area", 10**4),
    "m3 m^3": ("volume", 1000),
    "dm3 dm^3": ("volume", 1),
    "km3 km^3": ("volume", 10**12),
    "mm3 mm^3": ("volume", Fraction(1, 10**6)),
    "dm2 dm^2": ("area", Fraction(1, 100)),
    "cm3 cm^3 cc": ("volume", Fraction(1, 1000)),
    "dozen dozens docena docenas": ("", 12),
    "pair pairs par pares": ("", 2),
    "° °c degree degrees grado grados celsius centigrados": ("warmth", 1),
    "°f fahrenheit": ("warmth", Fraction(5, 9)),
    "k kelvin kelvins": ("warmth", 1),
}
# Where nothing is zero: what is added to degrees Celsius.
ZEROS = dict.fromkeys(("°f", "fahrenheit"), Fraction(-32)) | dict.fromkeys(
    ("k", "kelvin", "kelvins"), Fraction(-27_315, 100)
)
# These stand behind numbers for other reasons too.
DOUBTFUL = frozenset(["a", "s", "h", "m", "l", "g", "n", "j", "k", "c", "t"])
WORDS = frozenset(["un", "us", "da", "ca", "cs", "ds", "dc", "ks"])


def _units() -> dict[str, tuple[str, Fraction]]:
    """`mv`: voltage, a thousandth."""
    found: dict[str, tuple[str, Fraction]] = {}
    for measured, words in BASES.items():
        for word in words.split():
            found[word] = (measured, Fraction(1))
            for worth, steps in STEPS.values():
                for step in steps.split():
                    if (len(step) == 1) == (len(word) <= 2 or word == "ohm"):
                        found.setdefault(step + word, (measured, worth))
    for words, (measured, many) in OTHERS.items():
        found |= {word: (measured, Fraction(many)) for word in words.split()}
    return {word: unit for word, unit in found.items() if word not in WORDS}


UNITS = _units()
STEP_WORDS = frozenset(word for _, words in STEPS.values() for word in words.split() if len(word) > 1)
