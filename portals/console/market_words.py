"""How the market's pages tell of a pack and its parts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.accidents import accident_words
from core.words import say, wordings
from facilities.calendar import today
from facilities.models import RiskColour
from hazards.lec import rate
from hazards.models import Level
from inspections.estimate import expected_seconds
from inspections.models import Frequency
from inspections.versions import Change
from market.matching import Kinds, differences, kinds_of, shown_items, shown_list
from market.models import LISTS, PartKind
from market.parts import Content, Release, audience_of
from market.updates import OFFERED, TAKEN, Part, State, title_of
from partners.models import SiteText
from risks.models import Control
from sharing.opinions import Figures, figures_of

# What an update offers, in this order; what it leaves alone comes after.
ORDER = (*TAKEN, *OFFERED, State.EDITED, State.OWN)


def counts(of: Release) -> list[str]:
    """What is in it, each as a short sentence."""
    n = of.counts
    found = [
        ngettext("%(n)d checklist", "%(n)d checklists", n["checklists"]) % {"n": n["checklists"]},
        ngettext("%(n)d area", "%(n)d areas", n["areas"]) % {"n": n["areas"]},
        ngettext("%(n)d kind of machine", "%(n)d kinds of machines", n["equipment_types"])
        % {"n": n["equipment_types"]},
        ngettext("%(n)d kind of hazard", "%(n)d kinds of hazards", n["categories"]) % {"n": n["categories"]},
        ngettext("%(n)d course", "%(n)d courses", n["courses"]) % {"n": n["courses"]},
        ngettext("%(n)d exam question", "%(n)d exam questions", n["questions"]) % {"n": n["questions"]},
    ]
    found.append(ngettext("%(n)d risk point", "%(n)d risk points", n["risks"]) % {"n": n["risks"]})
    found += [_("Site briefing")] if n["briefing"] else []
    found += [_("Questionnaire for suppliers")] if n["asked"] else []
    return found


@dataclass(frozen=True)
class Line:
    """One part on the pack's page. texts: the questions of a list."""

    part: Part
    title: str
    note: str
    colour: str = ""
    texts: tuple[str, ...] = ()
    seconds: int = 0
    measured: Figures | None = None

    @property
    def is_list(self) -> bool:
        return self.part.kind in LISTS


def stars(text: str) -> int:
    return int(text) if text in {"1", "2", "3", "4", "5"} else 0


def title(part: Part) -> str:
    return title_of(part.kind, part.written)


def named(parts: Iterable[Part]) -> list[tuple[str, list[str]]]:
    """Titles under the name of their kind."""
    return [(_kind(kind), [title(part) for part in these]) for kind, these in groupby(parts, lambda part: part.kind)]


def _kind(kind: str) -> str:
    return str(PartKind(kind).label)


def groups(of: Release, parts: list[Part], *, is_installed: bool) -> list[tuple[str, list[Line]]]:
    """Lists first: they are what people come for."""
    kinds = kinds_of(of)
    measured = figures_of([part.code for part in parts if part.kind == PartKind.CHECKLIST], today())
    order = sorted(parts, key=lambda part: part.kind not in LISTS)
    return [
        (_kind(kind), [_line(of, part, kinds, measured) for part in these])
        for kind, these in groupby(order, lambda part: part.kind)
        if kind != PartKind.BRIEFING
    ]


def briefing(of: Release) -> Content | None:
    return of.parts.get((PartKind.BRIEFING, SiteText.Kind.BRIEFING))


def _line(of: Release, part: Part, kinds: Kinds, measured: dict[str, Figures]) -> Line:
    content = part.written
    if part.kind in LISTS:
        items = shown_items(shown_list(part.kind, content), content, kinds)
        seconds = expected_seconds(items, content["frequency"], audience=audience_of(part.kind))
        note = _("Suppliers") if part.kind == PartKind.QUESTIONNAIRE else _about(of, content)
        texts, figures = tuple(say(item.text) for item in items), measured.get(part.code)
        return Line(part, title(part), note, texts=texts, seconds=seconds, measured=figures)
    if part.kind == PartKind.AREA:
        return Line(part, title(part), str(RiskColour(content["colour"]).label), colour=content["colour"])
    if part.kind == PartKind.RISK:
        return Line(part, title(part), f"{target(of, content['area'])} · D {_score(content['rating'])}")
    note = str(Level(content["level"]).label) if part.kind == PartKind.CATEGORY else ""
    return Line(part, title(part), note)


def _score(rating: dict[str, float]) -> float:
    return rate(**rating)["score"]


def _about(of: Release, content: Content) -> str:
    return f"{Frequency(content['frequency']).label} · {target(of, content['target'])}"


def target(of: Release, code: str) -> str:
    for kind in (PartKind.EQUIPMENT_TYPE, PartKind.AREA):
        if (kind, code) in of.parts:
            return say(of.parts[kind, code]["name"])
    return _("the whole plant") if code == "plant" else code


@dataclass(frozen=True)
class Section:
    """Parts of one state on the page of an update; in each what the release changed, and what was changed here."""

    state: State
    line: str
    rows: list["Shown"]

    @property
    def is_offered(self) -> bool:
        return self.state in (*TAKEN, *OFFERED)


@dataclass(frozen=True)
class Shown:
    part: Part
    title: str
    kind: str
    released: "Difference | None"
    edited: "Difference | None"


@dataclass(frozen=True)
class Difference:
    """rows: what, before, after; changes: of the items of a list."""

    rows: list[tuple[str, str, str]]
    changes: list[Change]


def sections(of: Release, parts: list[Part]) -> list[Section]:
    kinds, lines = kinds_of(of), _lines()
    return [
        Section(state, lines[state], [_shown(of, part, kinds) for part in these])
        for state in ORDER
        if (these := [part for part in parts if part.state == state])
    ]


def _lines() -> dict[str, str]:
    return {
        State.NEW: _("You do not have this yet. It is added unless you take the tick away."),
        State.CHANGED: _("You did not change this, so it follows the pack unless you take the tick away."),
        State.BOTH: _(
            "Yours stays. If you tick it, that of the pack takes its place; your version stays in the history."
        ),
        State.GONE: _("It stays away unless you tick it."),
        State.EDITED: _("The pack has nothing new here, so yours stays."),
        State.OWN: _("It was here before, or came with another pack. It stays as it is."),
    }


def _shown(of: Release, part: Part, kinds: Kinds) -> Shown:
    released = edited = None
    if part.kept is not None and part.state in (State.CHANGED, State.BOTH):
        released = difference(of, part.kind, part.kept, part.written, kinds)
    if part.kept is not None and part.here is not None and part.state in (State.BOTH, State.EDITED):
        edited = difference(of, part.kind, part.kept, part.here, kinds)
    return Shown(part, title(part), _kind(part.kind), released, edited)


def difference(of: Release, kind: str, before: Content, after: Content, kinds: Kinds) -> Difference:
    changed = [name for name in after if name != "items" and before.get(name) != after[name]]
    rows = [(_column(name), _said(of, name, before.get(name)), _said(of, name, after[name])) for name in changed]
    return Difference(rows, differences(kind, before, after, kinds) if kind in LISTS else [])


def _column(name: str) -> str:
    return {
        "name": _("Name"),
        "title": _("Name"),
        "frequency": _("How often"),
        "target": _("For"),
        "colour": _("Risk"),
        "level": _("Level"),
        "urgent_when": _("Urgent when"),
        "statutory_inspection": _("Statutory inspection"),
        "gbt13861": "GB/T 13861",
        "body": _("Text"),
        "minutes": _("Minutes to read"),
        "area": _("Area"),
        "factors": _("What is dangerous"),
        "accident": _("Kind of accident"),
        "rating": "L × E × C",
        "controls": _("What is done against it"),
    }.get(name, name)


def _said(of: Release, name: str, value: Any) -> str:
    said: dict[str, Callable[[], str]] = {
        "frequency": lambda: str(Frequency(value).label),
        "target": lambda: target(of, value),
        "area": lambda: target(of, value),
        "colour": lambda: str(RiskColour(value).label),
        "level": lambda: str(Level(value).label),
        "accident": lambda: accident_words(value),
        "rating": lambda: f"{' × '.join(map(str, value.values()))} = {_score(value)}",
        "controls": lambda: " / ".join(f"{kind.label}: {'；'.join(value.get(kind.value, ()))}" for kind in Control),
    }
    if name in said:
        return said[name]() if value is not None else ""
    if isinstance(value, dict) and {"zh", "en"} & value.keys():
        return " / ".join(wordings(value))
    return "" if value is None else str(value)
