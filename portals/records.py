"""一人一档 on the pages: one list with pages, by kind and year; the same at the desk and on the phone."""

from collections import Counter
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import QueryDict

from people.models import JobRole, User
from training.posts import asked_by, gaps
from training.record import Filter, Kind, entries_of, index_of, posts_of

PER_PAGE = 25


def chosen_in(asked: QueryDict) -> Filter:
    """kind and year as they stand in an address; what cannot be read leaves nothing out."""
    kind, year = asked.get("kind", ""), _year(asked.get("year", ""))
    since, until = (date(year, 1, 1), date(year, 12, 31)) if year else (None, None)
    return Filter(since, until, kind if kind in Kind else "")


def _year(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) == 4 and 1990 <= int(text) <= 2100 else 0


def record_of(person: User, asked: QueryDict, reader: User) -> dict[str, Any]:
    """The page that is asked for, and what else can be: kinds and years, each with its address."""
    signs, chosen = index_of(person, reader), chosen_in(asked)
    in_year = [sign for sign in signs if chosen.since is None or sign[0].year == chosen.since.year]
    fitting = [sign for sign in in_year if chosen.kind in ("", sign[1])]
    found = Paginator(fitting, PER_PAGE).get_page(asked.get("page"))
    stays = posts_of([person])[person.pk]
    counts, year = Counter(kind for _day, kind, _pk in in_year), chosen.since.year if chosen.since else None
    return {
        "page": found,
        "entries": entries_of(found, reader),
        "kind": chosen.kind,
        "year": year,
        "kinds": [(kind.value, kind.label, counts[kind], _query(asked, kind=kind.value)) for kind in Kind if counts[kind]],
        "all": (len(in_year), _query(asked, kind="")),
        "years": sorted({day.year for day, _kind, _pk in signs} | ({year} if year else set()), reverse=True),
        "query": f"{kept}&" if (kept := _query(asked)) else "",
        "kept": kept,
        "stays": stays,
        "came_on": next((stay.since for stay in reversed(stays) if not stay.is_away), None),
    }  # fmt: skip


def _query(asked: QueryDict, **changes: str) -> str:
    """The filter's part of the address, with what changes."""
    kept = QueryDict(mutable=True)
    chosen = chosen_in(asked)
    facts = {"kind": chosen.kind, "year": str(chosen.since.year) if chosen.since else "", "post": asked.get("post", "")}
    for name, value in (facts | changes).items():
        if value:
            kept[name] = value
    return kept.urlencode()


def post_in(asked: QueryDict, own: JobRole | None) -> JobRole | None:
    """The post that is asked for, or the own one."""
    text = asked.get("post", "")
    if text.isdecimal() and text.isascii() and len(text) < 19:
        return JobRole.objects.filter(pk=int(text)).first() or own
    return own


def gap_of(person: User, asked: QueryDict) -> dict[str, Any]:
    """How somebody stands before a post, and which others there are to look at."""
    post = post_in(asked, person.job_role)
    points = asked_by(post)
    gap = gaps([person], points)[0]
    return {"post": post, "is_own": post == person.job_role, "gap": gap, "posts": JobRole.objects.all()}
