"""JSON Schema of draft 7, for development and tests: the daemon has the last word, which also knows formats
that are not looked at here.  The data is taken as JSON would carry it."""
from __future__ import annotations

import json
import math
import re
from typing import Any, Callable, List, Optional, Sequence, Union
from urllib.parse import unquote

from .errors import EmitRefused
from .event import Fault, text

Schema = Union[bool, dict]

_FORMATS = {
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.I),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "time": re.compile(r"\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.I),
    "email": re.compile(r"[^\s@]+@[^\s@]+"),
    "uuid": re.compile(r"[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}", re.I),
}


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_IS: dict = {
    "null": lambda v: v is None,
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: _number(v) and v == int(v) and abs(v) < 2**53,
    "number": _number,
    "string": lambda v: isinstance(v, str),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
}


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, bool) != isinstance(b, bool):
        return False
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[name], b[name]) for name in a)
    return a == b


def _is_multiple(value: float, divisor: float) -> bool:
    # As the daemon decides it: 19.99 is a multiple of 0.01, although their quotient is no whole number.
    try:
        if divisor == int(divisor):
            return math.fmod(value, divisor) == 0
        times = value / divisor
    except OverflowError:
        return True  # more than a double can hold: the daemon decides
    if abs(times) >= 2**50:  # has no fraction any more
        by_one = value == int(value) and 1 / divisor < 2**50
        return _is_multiple(1, divisor) if by_one else math.fmod(value, divisor) == 0
    return abs(times - round(times)) <= abs(times) * 2**-51


class _Unchecked(Exception):
    """A pattern cannot be checked here."""


class _Checker:
    def __init__(self, schema: Schema):
        self._schema = schema
        self._exact = 0  # how many schemas deep it matters that data fits, and not only that it does not

    def find(self, value: Any, by: Schema, at: str) -> Optional[Fault]:
        if isinstance(by, bool):
            return None if by else Fault(at, "must not be there")
        if "$ref" in by:
            return self.find(value, self._target(by["$ref"]), at)

        def fits(one: Schema) -> bool:
            return self.find(value, one, at) is None

        types = by.get("type", [])
        types = [types] if isinstance(types, str) else types
        if types and not any(_IS[one](value) for one in types):
            return Fault(at, f"must be {' or '.join(types)}")
        if "enum" in by and not any(_equal(one, value) for one in by["enum"]):
            return Fault(at, f"must be one of {json.dumps(by['enum'])}")
        if "const" in by and not _equal(by["const"], value):
            return Fault(at, f"must be {json.dumps(by['const'])}")
        if "not" in by and self._exactly(value, [by["not"]], at) == [True]:
            return Fault(at, 'must not fit the schema of "not"')
        if "anyOf" in by and not any(map(fits, by["anyOf"])):
            return Fault(at, 'must fit one of the schemas of "anyOf"')
        one_of = self._exactly(value, by["oneOf"], at) if "oneOf" in by else None
        if one_of is not None and sum(one_of) != 1:
            return Fault(at, 'must fit exactly one of the schemas of "oneOf"')
        deeper: List[Schema] = list(by.get("allOf", []))
        holds = self._exactly(value, [by["if"]], at) if "if" in by else None
        if holds is not None:
            deeper.append(by.get("then" if holds[0] else "else", True))
        for one in deeper:
            inner = self.find(value, one, at)
            if inner:
                return inner
        if isinstance(value, str):
            return self._text(value, by, at)
        if _number(value):
            return self._number(value, by, at)
        if isinstance(value, list):
            return self._list(value, by, at)
        return self._object(value, by, at) if isinstance(value, dict) else None

    def _exactly(self, value: Any, schemas: Sequence[Schema], at: str) -> Optional[List[bool]]:
        """Which of them the value fits: None where a pattern decides that cannot be checked."""
        self._exact += 1
        try:
            return [self.find(value, one, at) is None for one in schemas]
        except _Unchecked:
            if self._exact > 1:
                raise
            return None
        finally:
            self._exact -= 1

    def _matches(self, ecma: str, value: str) -> Optional[bool]:
        """None where `re` cannot build the pattern, which is the daemon's to check."""
        try:
            return _pattern(ecma).search(value) is not None
        except (re.error, OverflowError, RecursionError):
            if self._exact:
                raise _Unchecked from None
            return None

    def _target(self, ref: str) -> Any:
        at: Any = self._schema
        for token in filter(None, ref.lstrip("#").split("/")):
            name = unquote(token).replace("~1", "/").replace("~0", "~")
            at = at[int(name)] if isinstance(at, list) else at[name]
        return at

    def _text(self, value: str, by: dict, at: str) -> Optional[Fault]:
        if len(value) < by.get("minLength", 0):
            return Fault(at, f"must have at least {by['minLength']} characters")
        if len(value) > by.get("maxLength", len(value)):
            return Fault(at, f"must have at most {by['maxLength']} characters")
        if "pattern" in by and self._matches(by["pattern"], value) is False:
            return Fault(at, f"must fit the pattern {by['pattern']}")
        known = _FORMATS.get(by.get("format", ""))
        return Fault(at, f"must be a {by['format']}") if known and not known.fullmatch(value) else None

    def _number(self, value: float, by: dict, at: str) -> Optional[Fault]:
        if value < by.get("minimum", value):
            return Fault(at, f"must be at least {by['minimum']}")
        if value > by.get("maximum", value):
            return Fault(at, f"must be at most {by['maximum']}")
        if "exclusiveMinimum" in by and value <= by["exclusiveMinimum"]:
            return Fault(at, f"must be more than {by['exclusiveMinimum']}")
        if "exclusiveMaximum" in by and value >= by["exclusiveMaximum"]:
            return Fault(at, f"must be less than {by['exclusiveMaximum']}")
        if "multipleOf" in by and not _is_multiple(value, by["multipleOf"]):
            return Fault(at, f"must be a multiple of {by['multipleOf']}")
        return None

    def _list(self, value: list, by: dict, at: str) -> Optional[Fault]:
        if len(value) < by.get("minItems", 0):
            return Fault(at, f"must have at least {by['minItems']} items")
        if len(value) > by.get("maxItems", len(value)):
            return Fault(at, f"must have at most {by['maxItems']} items")
        if by.get("uniqueItems") and any(_equal(one, other) for i, one in enumerate(value) for other in value[:i]):
            return Fault(at, "must not have an item twice")
        if "contains" in by and all(self.find(one, by["contains"], at) for one in value):
            return Fault(at, 'must have an item that fits "contains"')
        items = by.get("items", True)
        for i, one in enumerate(value):
            each = items
            if isinstance(items, list):
                each = items[i] if i < len(items) else by.get("additionalItems", True)
            inner = self.find(one, each, f"{at}/{i}")
            if inner:
                return inner
        return None

    def _object(self, value: dict, by: dict, at: str) -> Optional[Fault]:
        if len(value) < by.get("minProperties", 0):
            return Fault(at, f"must have at least {by['minProperties']} members")
        if len(value) > by.get("maxProperties", len(value)):
            return Fault(at, f"must have at most {by['maxProperties']} members")
        for name in by.get("required", []):
            if name not in value:
                return Fault(at, f"must have {name}")
        known = by.get("properties", {})
        for name, one in value.items():
            below = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
            if "propertyNames" in by and self.find(name, by["propertyNames"], below):
                return Fault(below, "must have another name")
            schemas = [known[name]] if name in known else []
            additional = not schemas
            for pattern, each in by.get("patternProperties", {}).items():
                matching = self._matches(pattern, name)
                if matching:
                    schemas.append(each)
                additional = additional and matching is False
            for each in [by.get("additionalProperties", True)] if additional else schemas:
                inner = self.find(one, each, below)
                if inner:
                    return inner
        for name, needs in by.get("dependencies", {}).items():
            inner = name in value and self.find(value, {"required": needs} if isinstance(needs, list) else needs, at)
            if inner:
                return inner
        return None


def _pattern(ecma: str) -> "re.Pattern[str]":
    # The end of the text, and not the place ahead of its last newline.
    return re.compile(re.sub(r"\\.|\$$", lambda m: r"\Z" if m[0] == "$" else m[0], ecma), re.ASCII)


def checker(schema: Schema) -> Callable[[Any], Optional[Fault]]:
    def check(data: Any) -> Optional[Fault]:
        try:
            plain = json.loads(text("", data))
        except EmitRefused:
            return None  # no JSON: that is told by whoever writes it
        return _Checker(schema).find(plain, schema, "")

    return check
