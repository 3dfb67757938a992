"""Takes out street addresses: the number before the road or behind it, flats, post codes."""

import re

ADDRESS = "[REDACTED_ADDRESS]"

ROAD = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|boulevard|blvd|crescent|terrace|terr"
    r"|drive|dr|close|court|ct|place|pl|square|sq|way)"
)
CAPITAL = r"(?-i:[A-ZÁÉÍÓÚÑÄÖÜ])[\w'’.-]{0,30}"
# Only with a capital letter: a view, a hill and a circle are found in lessons too.
ROAD_NAME = (
    r"(?-i:View|Hill|Park|Row|Walk|Gardens?|Grove|Mews|Green|Heights|Rise|Parade|Parkway|Pkwy|Highway|Hwy"
    r"|Circle|Cir"
    r"|Trail|Quay|Wharf|Vale|Meadows?|Crossing|Loop|Alley|Path|Ridge|Point|Bend|Run|Cove|Esplanade|Promenade"
    r"|Broadway|Turnpike|Villas?|Cottages?|Yard|Drove|Bank|Side|End|Common|Pike|Plaza)"
)
COMPASS = r"(?:(?-i:[NS][EW]?|[EW]|North|South|East|West)\.? )?"
FLAT = (
    r"(?:,? ?(?:(?:apt|apartment|flat|unit|suite|ste|piso|dpto|depto|departamento|apto|apartamento|int|interior|of"
    r"|oficina|casa|torre|bloque|blq|puerta|esc|escalera|local)\b\.? ?\w{1,4}\b|\#\ ?\d{1,4}\b"
    r"|\d{1,2}[º°ª] ?[a-z]?\b)){0,3}"
)
FLAT_BEFORE = r"(?:(?:apt|apartment|flat|unit|suite) ?\w{1,4}, ?)?"
# A post code tells that the words around it are a town.
TOWN = (
    rf"(?:(?:,? {CAPITAL}){{0,3}},? (?-i:(?:[A-Z]{{2,3}} )?\d{{5}}(?:-\d{{4}})?"
    rf"|[A-Z]{{1,2}}\d[A-Z\d]? ?\d[A-Z]{{2}}"
    rf"|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{{2,3}} \d{{4}})\b(?:,? {CAPITAL})?|,? \d{{5}} {CAPITAL})?"
)
NUMBER = r"\d{1,5}(?:[a-z]|[-/]\d{1,4})?"
# "12 Baker Street": capitals tell a name. Without them somebody has to say that it is where they live.
NUMBER_FIRST = re.compile(
    rf"\b{FLAT_BEFORE}{NUMBER},? {COMPASS}(?:(?:{CAPITAL} ){{1,3}}(?:{ROAD}|{ROAD_NAME})"
    rf"|\d{{1,3}}(?:st|nd|rd|th) {ROAD}"
    rf"|(?:rue|avenue|all[ée]e|chemin|impasse|boulevard|quai) (?:de |du |des |la |le |les |l'"
    rf"|d'){{0,2}}{CAPITAL})\b"
    rf"(?! (?:battles?|signs?|concerts?|shows?)\b)\.?(?: {COMPASS.strip('?')}\b)?{FLAT}{TOWN}",
    re.IGNORECASE,
)
LIVES = (
    r"(?:live[sd]? (?:at|in|on)|living (?:at|in|on)|address(?: is|:)?|my house|our house|house is|come (?:over )?to"
    r"|(?:my )?home is|home:|moved to|party (?:is )?at|stay(?:s|ing)? at|(?:send|ship|deliver|post"
    r"|mail) (?:it|this|them) to"
    r"|pick me up (?:at|from)|meet (?:me |us )?at|vivo en|viv[ei]mos en|viven? en|mi casa (?:es|est[aá] en)"
    r"|direcci[oó]n(?: es|:)?|domicilio(?: es|:)?|queda en|nos mudamos a|m[aá]nda(?:lo|melo|selo) a"
    r"|env[ií]a(?:lo|melo) a"
    r"|(?:fiesta|cumple) es en|casa de \w{2,15} (?:es|est[aá] en|queda en))"
)
LIVING = re.compile(
    rf"\b({LIVES}\b:?[^.!?\n\d]{{0,25}}?)\b{FLAT_BEFORE}{NUMBER},? (?:[^\W\d_]{{1,30}} ){{1,3}}{ROAD}\b\.?{FLAT}{TOWN}",
    re.IGNORECASE,
)
# Whatever kind of road it is: somebody says that it is theirs.
AT_HOME = re.compile(
    rf"\b((?:{LIVES}):? (?:la |el )?)(?:\d{{1,5}}[a-z]?,? {CAPITAL}(?: {CAPITAL}){{0,2}}"
    rf"|{CAPITAL}(?: (?:de |del |la |las |los ){{0,2}}{CAPITAL}){{0,3}},? ?(?:n[º°o]\.?|n[uú]m\.?"
    rf"|\#)? ?\d{{1,5}}\b)"
    rf"(?! ?(?:%|/|[a-z]*(?<!la)(?<!lo)s\b)){FLAT}{TOWN}",
    re.IGNORECASE,
)
STREET = (
    r"(?:calle|c/|avenida|avda\.?|av\.?|plaza|plazuela|paseo|carretera|calzada|jir[oó]n|jr\.|pasaje|pje\.?|rambla"
    r"|traves[ií]a|callej[oó]n|bulevar|blvd\.?|boulevard|glorieta|urb\.|urbanizaci[oó]n|malec[oó]n|rua"
    r"|pza\.?|cll?\."
    r"|p\.?º|(?-i:Camino|Carrera|Colonia|Cra\.?|Kr\.?|Ronda|Diagonal|Transversal|Privada|Cerrada"
    r"|Prolongaci[oó]n|Via"
    r"|Viale|Corso|Piazza|Alameda|Travessa|Jr|Barrio|Residencial|Conjunto))"
)
NUMBER_SIGN = r"(?:n[º°o]\.?|n[uú]m(?:ero)?\.?|\#|n\.|altura|s/n)"
LAST_NUMBER = rf"(?:{NUMBER_SIGN} ?)?\d{{1,5}}[a-f]?(?: ?- ?\d{{1,3}})?\b"
# Behind the number: it was counted or measured, nobody lives there.
NOT_COUNTED = (
    r"(?!\ ?(?:%|/\d|[,.]\d|(?:k?m|cm|mm|kg|g|mA|V|ohm|volt)\b)"
    r"|\ (?!(?:las|los|les|mis|sus|tus|nos|es|pues|gracias|tras|entonces|dos|tres|seis)\b)[^\W\d_]{2,20}s\b)"
)
JOINING = r"(?:de|del|la|las|los|el|san|santa|y|da|do|dos|d')"
NAME_FIRST = re.compile(
    rf"(?<![\w/]){STREET}\ ?(?:(?:{JOINING}\ ?){{0,3}}(?:{CAPITAL}|\d{{1,2}}\ de\ {CAPITAL}),?\ ?){{1,5}}"
    rf"{LAST_NUMBER}{NOT_COUNTED}(?:,?\ \d{{1,2}}[a-zº°ª]\ \d?[a-z]\b)?{FLAT}{TOWN}",
    re.IGNORECASE,
)
# Typed without capitals: no verb may stand between the street and the number.
SMALL_LETTERS = re.compile(
    rf"(?<![\w/]){STREET}\ ?(?:(?!(?:hay|mide[ns]?|tien\w+|ten[ií]a\w*|con|en|a|por|pas\w+|son|cada|donde|v[ei]o?"
    rf"|cuesta\w*|vale\w*|es|a[ñn]o|fue|era|eran|vimos|cont\w+|ancho|larga?|unos|unas|que|y|o|sobre|desde"
    rf"|hasta|solo"
    rf"|iluminada|necesita\w*)\b)"
    rf"(?:\d{{1,2}}\ de\ )?[^\W\d_]{{2,20}}\.?,?\ ){{1,4}}(?<!\ de\ )(?<!\ los\ )(?<!\ las\ ){LAST_NUMBER}(?!\.?\d)"
    rf"(?=$|[^\w ]|\ (?:piso|d[pe]|esq\w*|entre|col"
    rf"|y|en|cerca|centro|barrio|apto?|int|bloque|puerta|es|porfa|madrid|lima|bogot[aá]|quito"
    rf"|\d)){NOT_COUNTED}{FLAT}",
    re.IGNORECASE,
)
# Nobody shortens the word for a road that is only talked about.
SHORTENED = re.compile(
    rf"(?<![\w/])(?:av|avda|jr|cll|pje|blvd|urb)\.?\ (?:[^\W\d_]{{2,20}}\.?,?\ ){{1,4}}"
    rf"{LAST_NUMBER}(?!\.?\d){NOT_COUNTED}{FLAT}",
    re.IGNORECASE,
)
# "Cra 7 # 12-34": roads with numbers for names.
CROSSING = re.compile(
    r"\b(?:calle|carrera|cra|cll?|kra?|diagonal|diag|transversal|tv|dg|av(?:enida)?|ak"
    r"|ac)\.?\ ?\d{1,3}\ ?[a-z]?(?:\ bis)?"
    rf"(?:\ (?:sur|norte|este|oeste))?,?\ ?(?:\#|n[o°º]\.?|n[uú]m\.?)"
    rf"\ ?\d{{1,3}}\ ?[a-z]?(?:\ ?-\ ?\d{{1,3}})?\b{FLAT}",
    re.IGNORECASE,
)
BLOCK_AND_LOT = re.compile(r"\b(?:mz|mza|manzana)\.? ?\w{1,3},? ?(?:lt|lote)\.? ?\d{1,3}\b", re.IGNORECASE)
GERMAN = re.compile(
    r"\b[A-ZÄÖÜ][a-zäöüß-]{2,30}(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee) \d{1,4} ?[a-z]?\b"
)
POST_BOX = re.compile(
    r"\b(?:p\.? ?o\.? box|apartado (?:postal|de correos)|casilla postal)(?: n[º°o]\.?)? ?\d{1,6}\b",
    re.IGNORECASE,
)
POST_CODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b")
NAMED_CODE = re.compile(
    r"\b((?:post ?code|zip(?: code)?|c[oó]digo postal|c\.p\.|cp)(?: is| es)?:? ?)"
    r"(?=[a-z\d -]{0,6}\d)(?:\d{4,5}(?:-\d{3,4})?|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}"
    r"|[a-z]\d[a-z] ?\d[a-z]\d)\b(?![.\d])",
    re.IGNORECASE,
)
WHOLE = (
    NUMBER_FIRST,
    CROSSING,
    NAME_FIRST,
    SMALL_LETTERS,
    SHORTENED,
    BLOCK_AND_LOT,
    GERMAN,
    POST_BOX,
    POST_CODE,
)
SAID = (LIVING, AT_HOME, NAMED_CODE)


def without_addresses(text: str) -> str:
    for pattern in WHOLE:
        text = pattern.sub(ADDRESS, text)
    for pattern in SAID:
        text = pattern.sub(rf"\1{ADDRESS}", text)
    return text
