"""What the authority calls a major accident hazard: versioned lists under content/clauses, looked up by the day."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings


@dataclass(frozen=True)
class Clause:
    """rules: code of the list; trust: primary, secondary or unseen, as content/FORMAT.md explains."""

    number: str
    text: dict[str, str]
    trust: str
    categories: tuple[str, ...]
    keywords: tuple[str, ...]
    rules: str
    title: dict[str, str]

    @property
    def is_checked(self) -> bool:
        """Its words were compared with the official text; the others are as pages about it quote them."""
        return self.trust == "primary"

    @property
    def words(self) -> str:
        return " ".join([self.number, *self.text.values(), *self.keywords]).casefold()

    def is_called(self, word: str) -> bool:
        """Part of the clause, or a longer word that holds one of its keywords: Chinese is typed without spaces."""
        return word in self.words or any(keyword.casefold() in word for keyword in self.keywords)


@cache
def _lists() -> list[dict[str, Any]]:
    paths = sorted((Path(settings.CONTENT_ROOT) / "clauses").glob("*.yaml"))
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths]


@cache
def in_force(on: date) -> list[Clause]:
    """All clauses that hold on this day, in the order of the lists."""
    lists = [rules for rules in _lists() if rules["effective_from"] <= on <= (rules["effective_to"] or date.max)]
    return [_clause(rules, row) for rules in lists for row in rules["clauses"]]


def _clause(rules: dict[str, Any], row: dict[str, Any]) -> Clause:
    return Clause(
        row["number"],
        {"zh": row["zh"], "en": row["en"]},
        row["trust"],
        tuple(row["categories"]),
        tuple(row["keywords"]),
        rules["code"],
        rules["title"],
    )


def clause_of(number: str, on: date) -> Clause | None:
    return next((clause for clause in in_force(on) if clause.number == number), None)


def find(words: str, on: date) -> list[Clause]:
    """Clauses that all of the words call; nothing for no words."""
    wanted = words.casefold().split()
    return [clause for clause in in_force(on) if wanted and all(clause.is_called(word) for word in wanted)]


def offered_for(category: str, on: date) -> list[Clause]:
    """What to look at first for this kind of hazard."""
    return [clause for clause in in_force(on) if category in clause.categories]
