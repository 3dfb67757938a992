"""The words that random names are made of, and the ones that no code and no random name may show."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ADJECTIVES_EN = _words(
    """
    Amber Brave Breezy Bright Calm Cheerful Clever Cosmic Curious Daring Dazzling Eager Electric
    Fearless Friendly Gentle Gleaming Golden Graceful Happy Helpful Honest Jolly Kind Lively Lucky
    Mellow Merry Mighty Musical Nimble Noble Patient Playful Polar Polite Quick Quiet Radiant Ready
    Silver Steady Sunny Swift Tidy Trusty Vivid Wise Witty
    """
)

NOUNS_EN = _words(
    """
    Acorn Anchor Beacon Birch Breeze Brook Canyon Cedar Cloud Comet Coral Crane Dolphin Eagle Ember
    Falcon Fern Firefly Forest Fox Galaxy Glacier Harbor Heron Island Kite Lantern Leopard Lynx
    Maple Meadow Meteor Moon Mountain Nebula Ocean Orbit Otter Panda Penguin Planet Puffin Rainbow
    River Robin Rocket Sunrise Tiger Turtle
    """
)

# The same form for every gender, and no accents: names must be easy to type on any keyboard.
ADJECTIVES_ES = _words(
    """
    Admirable Agradable Alegre Amable Astral Audaz Austral Azul Boreal Brillante Capaz Celeste
    Constante Cordial Danzante Dulce Elegante Especial Estelar Excelente Fascinante Feliz Flamante
    Flotante Formidable Fuerte Genial Ideal Inteligente Invencible Jovial Leal Libre Lunar Musical
    Natural Noble Original Paciente Polar Prudente Puntual Radiante Reluciente Solar Sonriente Suave
    Valiente Veloz
    """
)

NOUNS_ES = _words(
    """
    Arroyo Aurora Barco Bosque Brisa Cascada Castillo Cedro Cometa Coral Cristal Cuarzo Diamante
    Duna Estrella Faro Flauta Galaxia Gaviota Girasol Guitarra Isla Koala Lago Lechuza Linterna Lobo
    Luna Mapa Molino Monte Nube Nutria Oasis Panda Perla Pino Planeta Playa Pradera Puente Roble
    Selva Sendero Tambor Tigre Tortuga Valle Velero
    """
)

RUDE = _words(
    """
    ANUS ARSE A55 ASS BUTT CACA CRAP CULO CUM CUNT DAMN DEAD DUMB FAG FAT FCK FUC FUK FUQ HATE HELL
    JERK KKK KYS MERDE NAZ NEGR PEDO PENE PUTA PUSS RAPE SEX SH1T SHAG SHT SLUT STFU SUCK TETA TURD
    TWAT UGLY WANK WTF XXX
    """
)
RUDE_NUMBERS = (69, 88)


def is_rude(text: str) -> bool:
    """Whether a rude word shows anywhere in it, spaces left out."""
    letters = "".join(text.upper().split())
    return any(word in letters for word in RUDE)
