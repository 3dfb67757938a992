"""A JSON schema as a grammar: what a model writes under it is JSON of that shape, whatever the model is."""

import json
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

LONGEST_TEXT = 600
MOST_INTEGERS = 1000
# One character of a JSON text: no quote, backslash or control character, or one of the escapes that people need.
CHARACTER = r'character ::= [^"\\\x00-\x1f\x7f] | "\\" ["\\n]'
ESCAPED = 2
NUMBER = r'"-"? ("0" | [1-9] [0-9]{0,8}) ("." [0-9]{1,3})?'


def gbnf_of(schema: Schema) -> str:
    """GBNF text with the rule `root`; properties come in the schema's order, with one blank after `:` and `,`.

    Known: object (all properties required), array, string, integer (minimum and maximum), number (up to nine
    digits before the point and three behind it), boolean, enum.
    Raises ValueError for anything else: a rule that is left out would be a promise that is not kept.
    """
    rules: dict[str, str] = {}
    _add(rules, "root", schema)
    return "\n".join([*(f"{name} ::= {body}" for name, body in rules.items()), CHARACTER, ""])


def longest(schema: Schema) -> int:
    """Characters of the longest text that the grammar allows."""
    if "enum" in schema:
        return max(len(_json(value)) for value in schema["enum"])
    match schema.get("type"):
        case "object":
            return sum(len(_json(key)) + 4 + longest(part) for key, part in schema["properties"].items()) + 2
        case "array":
            return int(schema["maxItems"]) * (longest(schema["items"]) + 2) + 2
        case "string":
            return int(schema["maxLength"]) * ESCAPED + 2
        case "integer":
            return max(len(str(schema["minimum"])), len(str(schema["maximum"])))
        case "number":
            return len("-123456789.123")
        case "boolean":
            return len("false")
    raise ValueError(f"this grammar does not know {schema!r}")


def _add(rules: dict[str, str], name: str, schema: Schema) -> str:
    """Put the rules for one part of the schema under its name; returns the name."""
    rules[name] = ""  # holds the place: a rule stands above those that it names
    rules[name] = _body(rules, name, schema)
    return name


def _body(rules: dict[str, str], name: str, schema: Schema) -> str:
    if "enum" in schema:
        return _one_of([_json(value) for value in schema["enum"]])
    match schema.get("type"):
        case "object":
            return _object(rules, name, schema)
        case "array":
            return _array(rules, name, schema)
        case "string":
            return _text(schema)
        case "integer":
            return _integer(schema)
        case "number":
            return NUMBER
        case "boolean":
            return _one_of(["true", "false"])
    raise ValueError(f"this grammar does not know {schema!r}")


def _object(rules: dict[str, str], name: str, schema: Schema) -> str:
    properties: Mapping[str, Schema] = schema["properties"]
    if set(schema.get("required", properties)) != set(properties) or not properties:
        raise ValueError("every property of an object is required here")
    parts = []
    for number, (key, part) in enumerate(properties.items()):
        before = "{" if number == 0 else ", "
        parts.append(f"{quoted(f'{before}{_json(key)}: ')} {_add(rules, f'{name}-{number}', part)}")
    return f"{' '.join(parts)} {quoted('}')}"


def _array(rules: dict[str, str], name: str, schema: Schema) -> str:
    least, most = int(schema.get("minItems", 0)), int(schema["maxItems"])
    _check_range(least, most, LONGEST_TEXT)
    if most == 0:
        return quoted("[]")
    item = _add(rules, f"{name}-item", schema["items"])
    rest = f'(", " {item}){{{max(0, least - 1)},{most - 1}}}' if most > 1 else ""
    some = f"{item} {rest}".strip()
    return f'"[" {some} "]"' if least else f'"[" ({some})? "]"'


def _text(schema: Schema) -> str:
    least, most = int(schema.get("minLength", 0)), int(schema["maxLength"])
    _check_range(least, most, LONGEST_TEXT)
    return f'"\\"" character{{{least},{most}}} "\\""' if most else quoted('""')


def _integer(schema: Schema) -> str:
    """Small ranges only: each number is written out."""
    least, most = int(schema["minimum"]), int(schema["maximum"])
    if least > most or most - least >= MOST_INTEGERS:
        raise ValueError(f"a range of 1 to {MOST_INTEGERS} numbers is needed")
    return _one_of([str(number) for number in range(least, most + 1)])


def _check_range(least: int, most: int, limit: int) -> None:
    if not 0 <= least <= most <= limit:
        raise ValueError(f"lengths go from 0 to {limit}, the smaller first")


def _one_of(texts: list[str]) -> str:
    if not texts:
        raise ValueError("an enum needs a value")
    return " | ".join(quoted(text) for text in texts)


def _json(value: object) -> str:
    if not isinstance(value, str | int | bool) and value is not None:
        raise ValueError(f"{value!r} can't be a key or a value of an enum")
    return json.dumps(value, ensure_ascii=False)


def quoted(text: str) -> str:
    """A literal of GBNF."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
