"""A JSON schema as any program sends it, as a grammar: what it leaves open stays open, the rest is held or refused.

The box's own generation has bounds for everything and uses grammar.py; here optional properties are always written.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.inference.grammar import CHARACTER, LONGEST_TEXT, MOST_INTEGERS, quoted

MOST_RULES = 200
MOST_DEPTH = 32
LONGEST_GRAMMAR = 60_000
MOST_ITEMS = 600

COMMON = f"""\
value ::= object | array | string | number | "true" | "false" | "null"
object ::= "{{" (pair (", " pair)*)? "}}"
pair ::= string ": " value
array ::= "[" (value (", " value)*)? "]"
string ::= "\\"" character* "\\""
number ::= integer ("." [0-9]{{1,12}})?
integer ::= "0" | "-"? [1-9] [0-9]{{0,14}}
{CHARACTER}
"""
ANY_OBJECT = "root ::= object\n" + COMMON
"""Any JSON object; how deep and how long it gets is the model's choice, inside its tokens."""

# They tell people something and hold nobody to anything.
NOTES = {
    "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$schema", "$id",
    "$comment", "$defs", "definitions",
}  # fmt: skip
HELD: Mapping[str, set[str]] = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"minLength", "maxLength"},
    "integer": {"minimum", "maximum"},
    "number": set(),
    "boolean": set(),
    "null": set(),
}
PLACES = ("#/$defs/", "#/definitions/")


def open_gbnf_of(schema: object) -> str:
    """GBNF text with the rule `root`. Raises ValueError, in words for a program's author, for what can't be held."""
    grammar = _Grammar(schema)
    grammar.add("root", schema, 0)
    written = "\n".join(f"{name} ::= {body}" for name, body in grammar.rules.items()) + "\n" + COMMON
    if len(written) > LONGEST_GRAMMAR:
        raise ValueError("it is too large")
    return written


class _Grammar:
    """The rules so far; a part with a name in `$defs` is one rule, however often it is used."""

    def __init__(self, schema: object) -> None:
        self.rules: dict[str, str] = {}
        self._named: dict[str, str] = {}
        self._root = schema

    def add(self, name: str, schema: object, depth: int) -> str:
        if len(self.rules) >= MOST_RULES or depth > MOST_DEPTH:
            raise ValueError("it has too many parts")
        self.rules[name] = ""  # holds the place, and ends a part that names itself
        self.rules[name] = self._body(name, schema, depth + 1)
        return name

    def _body(self, name: str, schema: object, depth: int) -> str:
        if schema is True or schema == {}:
            return "value"
        if not isinstance(schema, Mapping):
            raise ValueError("every part of it has to be an object")
        for key in ("$ref", "const", "enum", "anyOf", "oneOf"):
            if key in schema:
                _only(schema, {key, "type"})
                return self._special(name, key, schema[key], depth)
        kind = schema.get("type", "object" if "properties" in schema else None)
        if isinstance(kind, list):
            return self._either(name, [{**schema, "type": one} for one in kind], depth)
        if not isinstance(kind, str) or kind not in HELD:
            raise ValueError(f"type {kind!r} is not known")
        _only(schema, HELD[kind] | {"type"})
        return self._typed(name, kind, schema, depth)

    def _special(self, name: str, key: str, value: object, depth: int) -> str:
        if key == "$ref":
            return self._referred(value, depth)
        if key == "const":
            return _literal(value)
        if not isinstance(value, list) or not value:
            raise ValueError(f"{key} needs a list with something in it")
        if key == "enum":
            return " | ".join(map(_literal, value))
        return self._either(name, value, depth)

    def _either(self, name: str, parts: Sequence[object], depth: int) -> str:
        return " | ".join(self.add(f"{name}-{number}", part, depth) for number, part in enumerate(parts))

    def _referred(self, place: object, depth: int) -> str:
        if place == "#":
            return "root"
        where = next((start for start in PLACES if isinstance(place, str) and place.startswith(start)), "")
        shelf = self._root.get(where[2:-1]) if where and isinstance(self._root, Mapping) else None
        key = str(place)[len(where) :]
        if not isinstance(shelf, Mapping) or key not in shelf:
            raise ValueError(f"$ref {place!r} leads nowhere")
        if key not in self._named:
            self._named[key] = f"named-{len(self._named)}"
            self.add(self._named[key], shelf[key], depth)
        return self._named[key]

    def _typed(self, name: str, kind: str, schema: Mapping[str, Any], depth: int) -> str:
        match kind:
            case "object":
                return self._object(name, schema, depth)
            case "array":
                return self._array(name, schema, depth)
            case "string":
                return _text(schema)
            case "integer":
                return _integer(schema)
            case "boolean":
                return '"true" | "false"'
        return '"null"' if kind == "null" else kind

    def _object(self, name: str, schema: Mapping[str, Any], depth: int) -> str:
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        required = schema.get("required", [])
        if not isinstance(properties, Mapping) or not isinstance(required, list):
            raise ValueError("properties has to be an object, and required a list")
        if any(key not in properties for key in required):
            raise ValueError("every property in required has to be described")
        if not properties:
            if others is False:
                return quoted("{}")
            if others is True:
                return "object"
            part = f'string ": " {self.add(f"{name}-each", others, depth)}'
            return f'"{{" ({part} (", " {part})*)? "}}"'
        parts = []
        for number, (key, part) in enumerate(properties.items()):
            opening = ("{" if number == 0 else ", ") + json.dumps(key, ensure_ascii=False) + ": "
            parts.append(f"{quoted(opening)} {self.add(f'{name}-{number}', part, depth)}")
        return f"{' '.join(parts)} {quoted('}')}"

    def _array(self, name: str, schema: Mapping[str, Any], depth: int) -> str:
        least, most = _range(schema, "minItems", "maxItems", MOST_ITEMS)
        if most == 0:
            return quoted("[]")
        item = self.add(f"{name}-item", schema.get("items", True), depth)
        upper = "" if most is None else most - 1
        some = f'{item} (", " {item}){{{max(0, least - 1)},{upper}}}' if most != 1 else item
        return f'"[" {some} "]"' if least else f'"[" ({some})? "]"'


def _only(schema: Mapping[str, Any], known: set[str]) -> None:
    strange = sorted(set(schema) - known - NOTES)
    if strange:
        raise ValueError(f"{strange[0]!r} is not known here")


def _text(schema: Mapping[str, Any]) -> str:
    if not {"minLength", "maxLength"} & set(schema):
        return "string"
    least, most = _range(schema, "minLength", "maxLength", LONGEST_TEXT)
    if most == 0:
        return quoted('""')
    return f'"\\"" character{{{least},{"" if most is None else most}}} "\\""'


def _integer(schema: Mapping[str, Any]) -> str:
    """With one bound the other lies a thousand numbers away: narrower than asked for, and never wrong."""
    if not {"minimum", "maximum"} & set(schema):
        return "integer"
    least, most = schema.get("minimum"), schema.get("maximum")
    if not all(bound is None or (type(bound) is int and abs(bound) < 10**15) for bound in (least, most)):
        raise ValueError("minimum and maximum have to be whole numbers below 10^15")
    least = most - MOST_INTEGERS + 1 if least is None and most is not None else least
    most = least + MOST_INTEGERS - 1 if most is None and least is not None else most
    if least is None or most is None or not 0 <= most - least < MOST_INTEGERS:
        raise ValueError(f"from minimum to maximum there may be 1 to {MOST_INTEGERS} numbers")
    return " | ".join(quoted(str(number)) for number in range(least, most + 1))


def _range(schema: Mapping[str, Any], low: str, high: str, limit: int) -> tuple[int, int | None]:
    """`high` is cut to what the engine's grammars can count; None leaves it open."""
    least, most = schema.get(low, 0), schema.get(high)
    if type(least) is not int or type(most) not in (int, type(None)):
        raise ValueError(f"{low} and {high} have to be whole numbers")
    most = None if most is None else min(most, limit)
    if not 0 <= least <= (limit if most is None else most):
        raise ValueError(f"{low} has to lie between 0 and {high}, and {limit} at most")
    return least, most


def _literal(value: object) -> str:
    return quoted(json.dumps(value, ensure_ascii=False))
