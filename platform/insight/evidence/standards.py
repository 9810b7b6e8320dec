"""Standards chapter by chapter, and which records show what each asks for (content/rules/evidence.yaml)."""

from dataclasses import dataclass
from functools import cache

import yaml
from django.conf import settings

from core.words import say


@dataclass(frozen=True)
class Chapter:
    no: str
    title: dict[str, str]
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Standard:
    code: str
    name: dict[str, str]
    chapters: tuple[Chapter, ...]

    @property
    def parts(self) -> list[str]:
        """Each once, in the order in which they are asked for."""
        return list(dict.fromkeys(part for chapter in self.chapters for part in chapter.parts))

    def __str__(self) -> str:
        return say(self.name)


@cache
def standards() -> dict[str, Standard]:
    path = settings.CONTENT_ROOT / "rules" / "evidence.yaml"
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        row["code"]: Standard(
            row["code"],
            row["name"],
            tuple(Chapter(each["chapter"], each["title"], tuple(each["parts"])) for each in row["chapters"]),
        )
        for row in rows
    }
