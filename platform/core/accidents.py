"""Classes of accidents 事故类别: written data in versions, of which the day of an event chooses one (GB 6441)."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import yaml
from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.words import say

Words = dict[str, str]


class Severity(TextChoices):
    NEAR_MISS = "near_miss", _("Near miss")
    FIRST_AID = "first_aid", _("First aid")
    MINOR = "minor", _("Minor injury")
    SERIOUS = "serious", _("Serious injury")
    FATAL = "fatal", _("Death")

    @property
    def rank(self) -> int:
        """The worse, the higher."""
        return list(type(self)).index(self)


@dataclass(frozen=True)
class Accident:
    """key: with its standard, as records keep it; gb_code: None until the official text was read; hazards: kinds of
    hazards that usually lead there, by code."""

    key: str
    name: Words
    gb_code: str | None
    hazards: tuple[str, ...]


@dataclass(frozen=True)
class Standard:
    code: str
    name: Words
    since: date
    until: date | None
    classes: tuple[Accident, ...]


@cache
def standards() -> tuple[Standard, ...]:
    """The oldest first."""
    path = settings.CONTENT_ROOT / "rules" / "accidents.yaml"
    return tuple(
        Standard(row["standard"], row["name"], row["from"], row["until"], tuple(_classes(row)))
        for row in yaml.safe_load(path.read_text(encoding="utf-8"))
    )


def _classes(row: dict) -> list[Accident]:
    return [
        Accident(f"{row['standard']}:{each['code']}", each["name"], each["gb_code"], tuple(each["hazards"]))
        for each in row["classes"]
    ]


def standard_on(day: date) -> Standard:
    """The list that counts for what happened on this day; before the first one, that one."""
    found = [each for each in standards() if each.since <= day and (each.until is None or day <= each.until)]
    return found[-1] if found else standards()[0]


@cache
def _by_key() -> dict[str, Accident]:
    return {each.key: each for standard in standards() for each in standard.classes}


def accident_of(key: str) -> Accident | None:
    return _by_key().get(key)


def accident_named(words: str, day: date) -> Accident:
    """The class of this Chinese name in the list of that day; the last one, “other”, for what stands in none."""
    classes = standard_on(day).classes
    return next((each for each in classes if each.name["zh"] == words), classes[-1])


def accident_words(key: str) -> str:
    found = accident_of(key)
    return say(found.name) if found else key
