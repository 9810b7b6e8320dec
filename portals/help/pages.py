"""The help pages: one a task, written in content/help; found by screen, by role and by words."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

GROUPS: dict[str, str | Promise] = {
    "start": _("First steps"),
    "checks": _("Checks"),
    "hazards": _("Hazards"),
    "alerts": _("Alerts"),
    "training": _("Training"),
    "sensors": _("Sensors"),
    "partners": _("Suppliers and contractors"),
    "gate": _("Gate"),
    "people": _("People"),
    "plans": _("Plans and plant"),
    "market": _("Market"),
    "account": _("The factory"),
    "billing": _("Payment"),
}
MOST_FOUND = 20
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LABEL = re.compile(r"(「[^」]+」|“[^”]+”)")
# How a question is asked says nothing of what it is about.
_ASKING = re.compile("怎么办|怎么|怎样|如何|为什么|什么|哪里|可以|[我的了吗呢啊要想请]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
Parts = list[tuple[str, bool]]


@dataclass(frozen=True, eq=False)
class HelpPage:
    """A task, with its texts in each language: title, when, steps, result, trouble, words."""

    code: str
    group: str
    roles: tuple[str, ...]
    screens: tuple[str, ...]
    related: tuple[str, ...]
    texts: dict[str, dict[str, Any]]

    @property
    def text(self) -> dict[str, Any]:
        return self.texts["en" if get_language() == "en" else "zh"]

    @property
    def title(self) -> str:
        return str(self.text["title"])

    @property
    def when(self) -> str:
        return str(self.text["when"])


@cache
def all_pages() -> dict[str, HelpPage]:
    """By code, in the order in which they are to be read."""
    found = {}
    for path in sorted((Path(settings.CONTENT_ROOT) / "help").glob("*.yaml")):
        row = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
        lists = {name: tuple(row[name]) for name in ("roles", "screens", "related")}
        texts = {language: row[language] for language in ("zh", "en")}
        found[row["code"]] = HelpPage(code=row["code"], group=row["group"], texts=texts, **lists)
    return found


@cache
def page_of_screen() -> dict[str, str]:
    """From the name of an address to the code of the page that explains it best: that names it earliest in its list."""
    named = [(place, page.code, name) for page in all_pages().values() for place, name in enumerate(page.screens)]
    explained: dict[str, str] = {}
    for _place, code, name in sorted(named, key=lambda row: row[0]):
        explained.setdefault(name, code)
    return explained


def help_for(request: HttpRequest) -> str:
    """Where the screen is explained that this request opens."""
    match = request.resolver_match
    code = page_of_screen().get(match.view_name) if match else None
    return reverse("help:page", args=[code]) if code else reverse("help:index")


def grouped(pages: Iterable[HelpPage]) -> list[tuple[str | Promise, list[HelpPage]]]:
    listed = list(pages)
    rows = [(name, [page for page in listed if page.group == group]) for group, name in GROUPS.items()]
    return [(name, found) for name, found in rows if found]


def find(words: str) -> list[HelpPage]:
    """The best first. A question as people type it finds what most of its pairs of signs stand in."""
    terms = [term for term in _ASKING.sub(" ", _plain(words)).split() if len(term) > 1 or _HAN.match(term)]
    scored = [(sum(_score(term, page) for term in terms), page) for page in all_pages().values()]
    best = sorted((row for row in scored if row[0] > 0), key=lambda row: -row[0])
    return [page for _points, page in best[:MOST_FOUND]]


def _score(term: str, page: HelpPage) -> float:
    """A word in the title says most, one somewhere in the steps least."""
    return max(
        weight * _share(term, text)
        for text, weight in zip(_fields(page, get_language() == "en"), (8, 6, 3, 1), strict=True)
    )


def _share(term: str, text: str) -> float:
    if term in text:
        return 1
    pairs = [term[n : n + 2] for n in range(len(term) - 1)] if _HAN.search(term) else []
    share = sum(pair in text for pair in pairs) / len(pairs) if len(pairs) > 1 else 0
    return share / 2 if share >= 0.5 else 0


@cache
def _fields(page: HelpPage, is_english: bool) -> tuple[str, str, str, str]:
    text = page.texts["en" if is_english else "zh"]
    trouble = " ".join(f"{row['if']} {row['do']}" for row in text["trouble"])
    rest = " ".join([*text["steps"], text["result"], trouble])
    return _plain(text["title"]), _plain(" ".join(text["words"])), _plain(text["when"]), _plain(rest)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def parts(text: str) -> Parts:
    """The text in pieces, each with whether it is what stands on a button."""
    return [(piece, bool(_LABEL.fullmatch(piece))) for piece in _LABEL.split(text) if piece]
