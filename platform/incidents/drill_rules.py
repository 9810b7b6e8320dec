"""What is looked at after a drill, and how often drills are due (content/rules/drills.yaml)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml
from dateutil.relativedelta import relativedelta
from django.conf import settings

from core.words import say


@dataclass(frozen=True)
class Question:
    code: str
    group: dict[str, str]
    text: dict[str, str]


@dataclass(frozen=True)
class Often:
    """kinds: any of them counts; months: from one to the next."""

    code: str
    kinds: tuple[str, ...]
    months: int
    name: dict[str, str]

    def due_on(self, last: date) -> date:
        return last + relativedelta(months=self.months)

    def __str__(self) -> str:
        return say(self.name)


@cache
def rules() -> dict[str, Any]:
    path = settings.CONTENT_ROOT / "rules" / "drills.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


@cache
def often() -> tuple[Often, ...]:
    return tuple(Often(row["code"], tuple(row["kinds"]), row["months"], row["name"]) for row in rules()["often"])


@cache
def questions(form: str) -> tuple[Question, ...]:
    """Of the sheet for a live drill or a tabletop one."""
    return tuple(
        Question(item["code"], group["name"], item["text"])
        for group in rules()["sheet"]["groups"]
        for item in group["items"]
        if form in item["forms"]
    )


def kind_named(words: str) -> str:
    """Of a drill from before, by how its list calls it."""
    named: dict[str, Iterable[str]] = rules()["named"]
    return next((kind for kind, signs in named.items() if any(sign in words for sign in signs)), "special")
