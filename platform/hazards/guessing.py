"""Which kind of hazard it may be, from the words or the machine; a guess that an officer confirms or corrects."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import yaml
from django.conf import settings

from core.words import say
from facilities.models import Equipment
from hazards.models import OTHER, Category


@dataclass(frozen=True)
class Guess:
    """because: the word or the kind of machine it comes from; empty where nothing fitted."""

    category: Category
    because: str = ""


@dataclass(frozen=True)
class _Words:
    chinese: tuple[str, ...]
    english: re.Pattern[str]
    machines: frozenset[str]


def guess_category(text: str, machine: Equipment | None = None, kinds: Iterable[Category] | None = None) -> Guess:
    """The kind with the most of its words in the text, else the machine's usual one, else “other”.

    kinds: those that the factory has, where the caller knows them already.
    """
    there = {category.code: category for category in (Category.objects.all() if kinds is None else kinds)}
    found = {code: _hits(code, text.lower()) for code in there}
    best = max(there, key=lambda code: sum(map(len, found[code])))
    if found[best]:
        return Guess(there[best], max(found[best], key=len))
    by_kind = (code for code in there if machine and code in _words() and machine.type.code in _words()[code].machines)
    if machine and (code := next(by_kind, "")):
        return Guess(there[code], say(machine.type.name))
    return Guess(there[OTHER])


def _hits(code: str, text: str) -> list[str]:
    words = _words().get(code)
    return [word for word in words.chinese if word in text] + words.english.findall(text) if words else []


@lru_cache(maxsize=1)
def _words() -> dict[str, _Words]:
    rows = yaml.safe_load((settings.CONTENT_ROOT / "hazard-words.yaml").read_text(encoding="utf-8"))
    return {code: _read(row) for code, row in rows.items()}


def _read(row: dict[str, list[str]]) -> _Words:
    english = "|".join(re.escape(word) for word in sorted(row["en"], key=len, reverse=True))
    return _Words(tuple(row["zh"]), re.compile(rf"\b({english})s?\b"), frozenset(row.get("machines", ())))
