"""What pages of 移动巡检达人 show: whose name may be read, and the rows behind somebody's points."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from adoption import scoring
from adoption.deeds import deeds_of, month_of, scores_of
from adoption.floor import floor
from adoption.models import Ranking, Reward, ShownName
from adoption.scoring import CHECKS, WINNERS, Kind, in_order
from facilities.calendar import today
from people.models import User

_PAGES = {"hazard": "field:hazard", "pair": "field:buddy"}
RULES = {
    "found": scoring.QUALITY[Kind.FOUND],
    "graduated": scoring.QUALITY[Kind.GRADUATED],
    "fixed": scoring.QUALITY[Kind.FIXED],
    "clean": scoring.QUALITY[Kind.CLEAN],
    "returned": -scoring.QUALITY[Kind.RETURNED],
    "check": scoring.PER_CHECK,
    "a_day": scoring.CHECKS_A_DAY,
    "part": scoring.VOLUME_OF_QUALITY[0],
    "of": scoring.VOLUME_OF_QUALITY[1],
    "winners": WINNERS,
}


@dataclass(frozen=True)
class Place:
    """One line of the list; name: empty where the person did not agree to be named."""

    number: int
    name: str
    total: int
    is_own: bool = False
    person: int = 0
    reward: Reward | None = None

    @property
    def shown(self) -> str:
        return self.name or _("a colleague")


def places_of(ranking: Ranking, reader: User) -> list[Place]:
    """Names with consent; all of them for whoever hands out the rewards."""
    paid = {row.person_id: row for row in Reward.objects.filter(month=ranking.month).select_related("paid_by")}
    sees_all = reader.can("adoption.award")
    return [
        Place(
            row.place,
            row.person.name if sees_all or row.person_id == reader.pk or hasattr(row.person, "shown_name") else "",
            row.total,
            row.person_id == reader.pk,
            row.person_id if sees_all else 0,
            paid.get(row.person_id) if sees_all else None,
        )
        for row in ranking.winners
    ]


def leaders_so_far(reader: User) -> list[Place]:
    """The first of the running month among those who agreed to be named."""
    named = dict(ShownName.objects.filter(person__in=floor()).values_list("person", "person__name"))
    scores = scores_of(named.keys(), month_of(today()))
    return [
        Place(number, named[pk], scores[pk].total, pk == reader.pk)
        for number, pk in enumerate(in_order(scores)[:WINNERS], 1)
    ]


@dataclass
class Day:
    """The checks of one day, with what they brought."""

    day: date
    checks: int = 0
    clean: int = 0
    counted: int = 0
    points: int = 0


@dataclass
class Own:
    """What one person has in the running month, and the rows behind it."""

    score: scoring.Score
    lines: list[dict[str, Any]] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)


def own_points(user: User) -> Own:
    lines = scoring.lines_of(deeds_of([user.pk], month_of(today())).get(user.pk, []))
    days: dict[date, Day] = {}
    own = Own(scoring.score_of(line.deed for line in lines))
    for line in lines:
        deed = line.deed
        if deed.kind in CHECKS:
            day = days.setdefault(deed.day, Day(deed.day))
            day.checks, day.clean = day.checks + 1, day.clean + (deed.kind == Kind.CLEAN)
            day.counted, day.points = day.counted + line.volume, day.points + line.quality
        else:
            own.lines.append(
                {"kind": deed.kind, "day": deed.day, "about": deed.about, "ref": deed.ref, "points": line.quality}
            )
    own.lines, own.days = shown_lines(reversed(own.lines)), sorted(days.values(), key=lambda day: day.day, reverse=True)
    return own


def shown_lines(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the word of what it is and the page that shows it."""
    return [line | {"word": Kind(line["kind"]).label, "url": _url(line["ref"])} for line in lines]


def _url(ref: str) -> str:
    kind, _colon, pk = ref.partition(":")
    return reverse(_PAGES[kind], args=[pk]) if kind in _PAGES else ""


def month_named(text: str) -> date:
    """Of an address, as "2026-10"."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Http404 from None


def newest_of(text: str) -> Ranking:
    """As it stands now."""
    found = Ranking.objects.filter(month=month_named(text)).order_by("-revision").first()
    if found is None:
        raise Http404
    return found
