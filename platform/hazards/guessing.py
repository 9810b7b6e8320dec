"""Which kind of hazard it may be, from the words or the machine; a guess that an officer confirms or corrects."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

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


def guess_category(text: str, machine: Equipment | None = None) -> Guess:
    """The kind with the most of its words in the text, else the machine's usual one, else “other”."""
    there = {category.code: category for category in Category.objects.all()}
    found = {code: _hits(code, text.lower()) for code in there}
    best = max(there, key=lambda code: sum(map(len, found[code])), default=OTHER)
    if found.get(best):
        return Guess(there[best], max(found[best], key=len))
    by_kind = (code for code in there if machine and machine.type.code in _words().get(code, {}).get("machines", ()))
    if code := next(by_kind, ""):
        return Guess(there[code], say(machine.type.name if machine else ""))
    return Guess(there[OTHER])


def _hits(code: str, text: str) -> list[str]:
    words = _words().get(code, {})
    chinese = [word for word in words.get("zh", ()) if word in text]
    return chinese + [word for word in words.get("en", ()) if re.search(rf"\b{re.escape(word)}s?\b", text)]


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, list[Any]]]:
    return yaml.safe_load((settings.CONTENT_ROOT / "hazard-words.yaml").read_text(encoding="utf-8"))
