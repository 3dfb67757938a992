"""The few words that questions without a model need around the text, in the language of the text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """`definition` matches subject, verb and what it is; `asks` turns the verb into a question."""

    definition: str
    articles: frozenset[str]
    asks: dict[str, str]
    goes_on: str
    missing_word: str
    missing_number: str
    source: str
    page: str
    explain: str
    part: str
    answer: str
    write: str


ENGLISH = Wording(
    definition=r"(?P<subject>(?:(?:An?|The) )?[^\W_][\w'’-]*(?: [\w'’-]+){0,2}) "
    r"(?P<verb>is called|are called|is|are|means|stands for) (?P<rest>.+)\.",
    articles=frozenset({"a", "an", "the"}),
    asks={
        "is": "What is %s?",
        "are": "What are %s?",
        "means": "What does %s mean?",
        "stands for": "What does %s stand for?",
    },
    goes_on="How does this sentence go on? “%s …”",
    missing_word="Which word is missing? “%s”",
    missing_number="Which number is missing? “%s”",
    source="The text says so: “%(sentence)s” (%(place)s)",
    page="%(title)s, page %(page)s",
    explain="Explain what the text says about “%s”",
    part="%(title)s, part %(number)d",
    answer="Answer in one sentence: %s",
    write="Write three sentences about “%s”",
)
SPANISH = Wording(
    definition=r"(?P<subject>(?:(?:Una?|El|La|Los|Las) )?[^\W_][\w'’-]*(?: [\w'’-]+){0,2}) "
    r"(?P<verb>se llama|se llaman|es|son|significa) (?P<rest>.+)\.",
    articles=frozenset({"un", "una", "el", "la", "los", "las", "unos", "unas", "lo"}),
    asks={"es": "¿Qué es %s?", "son": "¿Qué son %s?", "significa": "¿Qué significa %s?"},
    goes_on="¿Cómo sigue esta frase? «%s …»",
    missing_word="¿Qué palabra falta? «%s»",
    missing_number="¿Qué número falta? «%s»",
    source="Lo dice el texto: «%(sentence)s» (%(place)s)",
    page="%(title)s, página %(page)s",
    explain="Explicar lo que dice el texto sobre «%s»",
    part="%(title)s, parte %(number)d",
    answer="Responde en una frase: %s",
    write="Escribe tres frases sobre «%s»",
)
WORDINGS = {"en": ENGLISH, "es": SPANISH}
