"""Guide films: short, silent, one a task, recorded from the product itself (deploy/guides) and watched beside its screens."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language

from core.models import Attachment
from hazards.models import Hazard
from inspections.models import Run
from people.models import User
from training.models import Attempt

# Who has done it so often needs no film beside it any more.
ENOUGH = 3
# What somebody put away, for as long as this sign-in lasts: codes of films, HOME for the card on the home page.
KEY, HOME = "guides_away", "home"
FOLDER = "guides"
_END = re.compile(r"--> (\d+):(\d+)\.\d+\s*$", re.MULTILINE)
_DONE: dict[str, Callable[[User], QuerySet[Any]]] = {
    "scan-a-label": lambda user: Run.objects.filter(inspector=user, status=Run.Status.DONE).exclude(scanned=None),
    "take-photos": lambda user: Attachment.objects.filter(by=user),
    "report-a-hazard": lambda user: Hazard.objects.filter(reporter=user, source=Hazard.Source.REPORT),
    "fix-a-hazard": lambda user: Hazard.objects.filter(owner=user, submitted_at__isnull=False),
    "no-network": lambda user: Run.objects.filter(inspector=user, status=Run.Status.DONE).exclude(submission_id=None),
    "learn-a-lesson": lambda user: Attempt.objects.filter(person=user, is_passed=True),
}


@dataclass(frozen=True, eq=False)
class Guide:
    """person, stage: whose phone is filmed, and what is got ready for it; steps: captions in each language, and what is done."""

    code: str
    person: str
    stage: str
    screens: tuple[str, ...]
    texts: dict[str, str]
    steps: tuple[dict[str, Any], ...]

    @property
    def title(self) -> str:
        return self.texts[_language()]

    @property
    def lines(self) -> list[str]:
        return [step[_language()] for step in self.steps]

    @property
    def language(self) -> str:
        return _language()

    @property
    def film(self) -> str:
        return f"{FOLDER}/{self.code}.{_language()}.mp4"

    @property
    def captions(self) -> str:
        return f"{FOLDER}/{self.code}.{_language()}.vtt"

    @property
    def poster(self) -> str:
        return f"{FOLDER}/{self.code}.{_language()}.webp"

    @property
    def seconds(self) -> int:
        return self._seconds[_language()]

    @cached_property
    def _seconds(self) -> dict[str, int]:
        """By language: until the end of the last caption."""
        found = {}
        for language in self.texts:
            text = (settings.ROOT / "static" / FOLDER / f"{self.code}.{language}.vtt").read_text(encoding="utf-8")
            minutes, seconds = _END.findall(text)[-1]
            found[language] = int(minutes) * 60 + int(seconds)
        return found


def _language() -> str:
    return "en" if get_language() == "en" else "zh"


@cache
def all_guides() -> dict[str, Guide]:
    """By code, in the order in which they are to be watched."""
    found = {}
    for path in sorted((Path(settings.CONTENT_ROOT) / FOLDER).glob("*.yaml")):
        row = yaml.safe_load(path.read_text(encoding="utf-8"))
        lists = {name: tuple(row[name]) for name in ("screens", "steps")}
        found[row["code"]] = Guide(row["code"], row["person"], row["stage"], texts=row["title"], **lists)
    return found


def about(screens: Iterable[str], task: str = "") -> list[Guide]:
    """The films that show one of these screens, before all the one about this task."""
    wanted = set(screens)
    found = [guide for guide in all_guides().values() if wanted & set(guide.screens) or guide.code == task]
    return sorted(found, key=lambda guide: guide.code != task)


def beside(request: HttpRequest) -> Guide | None:
    """The film for the screen that this request opens, until its reader can do it or has put it away."""
    match, away = request.resolver_match, put_away(request)
    for guide in about([match.view_name]) if match else []:
        if guide.code not in away and _DONE[guide.code](request.user)[:ENOUGH].count() < ENOUGH:  # type: ignore[arg-type]
            return guide
    return None


def put_away(request: HttpRequest) -> list[str]:
    found: list[str] = request.session.get(KEY, [])
    return found
