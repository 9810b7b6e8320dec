"""The parts of an industry pack, in one shape for what is written and for what a factory has, so that they compare."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from facilities.actions import names_of
from facilities.models import Area, EquipmentType
from hazards.models import Category
from inspections.models import Audience, Checklist, Frequency, Item
from inspections.rules import clean
from market.models import PackPart, PartKind
from market.packs import Pack, load_pack
from market.questionnaires import questionnaire_of
from market.risks import risk_here, written_risk
from partners.models import SiteText
from people.models import JobRole
from risks.models import Risk

Key = tuple[str, str]
Content = dict[str, Any]
# What an item of a list is when the pack says nothing else.
_USUAL: dict[str, Any] = {
    "unit": "", "min": None, "max": None, "choices": [], "shot": None, "section": {}, "weight": 0, "is_fresh": False,
    "may_skip": True, "only_if_position": None, "only_if_value": "",
}  # fmt: skip
_ASKED = ("text", "kind", "accept", "photo", "category", "urgent", "basis", *_USUAL)


@dataclass(frozen=True)
class Release:
    """A pack as this release of the product writes it. version: changes as soon as any of its parts does."""

    code: str
    title: dict[str, str]
    summary: dict[str, str]
    counts: dict[str, int]
    areas: list[dict[str, Any]]
    parts: dict[Key, Content]
    digests: dict[Key, str]
    version: str


@cache
def release(code: str) -> Release:
    return release_of(load_pack(code))


def release_of(pack: Pack) -> Release:
    parts = _written(pack)
    digests = {key: digest(content) for key, content in parts.items()}
    return Release(
        code=pack["code"],
        title=pack["title"],
        summary=pack["summary"],
        counts=_counts(pack),
        areas=pack["areas"],
        parts=parts,
        digests=digests,
        version=digest(sorted(digests.values()))[:7],
    )


def digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _counts(pack: Pack) -> dict[str, int]:
    questionnaire = questionnaire_of(pack)
    return {name: len(pack[name]) for name in ("areas", "equipment_types", "checklists", "categories", "risks")} | {
        "courses": len({course for role in pack["job_roles"] for course in role["courses"]}),
        "questions": len(pack.get("entry_questions") or ()),
        "items": sum(len(row["items"]) for row in pack["checklists"]),
        "asked": len(questionnaire["items"]) if questionnaire else 0,
        "briefing": 1 if pack.get("briefing") else 0,
    }


def _written(pack: Pack) -> dict[Key, Content]:
    found: dict[Key, Content] = {}
    for row in pack["areas"]:
        found[PartKind.AREA, row["code"]] = _area(row["name"], row["colour"])
    for row in pack["equipment_types"]:
        found[PartKind.EQUIPMENT_TYPE, row["code"]] = _type(row["name"], row["statutory_inspection"])
    for row in pack["categories"]:
        found[PartKind.CATEGORY, row["code"]] = {name: row[name] for name in _CATEGORY}
    for row in pack["job_roles"]:
        found[PartKind.JOB_ROLE, row["code"]] = {"name": row["name"]}
    for row in pack["checklists"]:
        items = [_written_item(item) for item in row["items"]]
        found[PartKind.CHECKLIST, row["code"]] = _list(row["title"], row["frequency"], row["target"], items)
    if questionnaire := questionnaire_of(pack):
        items = [_written_item(item) for item in questionnaire["items"]]
        found[PartKind.QUESTIONNAIRE, questionnaire["code"]] = _list(
            questionnaire["title"], Frequency.MONTHLY, "plant", items
        )
    if briefing := pack.get("briefing"):
        found[PartKind.BRIEFING, SiteText.Kind.BRIEFING] = _text(briefing["body"], briefing["minutes"])
    for row in pack["risks"]:
        found[PartKind.RISK, row["code"]] = written_risk(row)
    # As the database gives it back, so that both sides compare.
    return {key: json.loads(json.dumps(content)) for key, content in found.items()}


def parts_here(of: Release) -> dict[Key, Content]:
    """Those of the pack's parts that the factory has in use, by whichever way they came."""
    codes = {kind: [code for each, code in of.parts if each == kind] for kind in PartKind}
    found: dict[Key, Content] = {}
    for area in Area.objects.filter(code__in=codes[PartKind.AREA]):
        found[PartKind.AREA, area.code] = _area(area.name, area.colour)
    for kind in EquipmentType.objects.filter(code__in=codes[PartKind.EQUIPMENT_TYPE]):
        found[PartKind.EQUIPMENT_TYPE, kind.code] = _type(kind.name, kind.statutory_inspection)
    for row in Category.objects.filter(code__in=codes[PartKind.CATEGORY]):
        found[PartKind.CATEGORY, row.code] = {name: getattr(row, name) for name in _CATEGORY}
    for role in JobRole.objects.filter(code__in=codes[PartKind.JOB_ROLE]):
        found[PartKind.JOB_ROLE, role.code] = {"name": role.name}
    lists = [*codes[PartKind.CHECKLIST], *codes[PartKind.QUESTIONNAIRE]]
    for code, content in lists_here(Checklist.objects.current().filter(code__in=lists), of.areas).items():
        found[PartKind.QUESTIONNAIRE if code in codes[PartKind.QUESTIONNAIRE] else PartKind.CHECKLIST, code] = content
    meant = {pk: code for code, pk in places_of(of.areas).items()} if codes[PartKind.RISK] else {}
    for risk in Risk.objects.in_force().filter(code__in=codes[PartKind.RISK]).select_related("area"):
        found[PartKind.RISK, str(risk.code)] = risk_here(risk, meant)
    text = SiteText.objects.filter(kind=SiteText.Kind.BRIEFING).first() if codes[PartKind.BRIEFING] else None
    if text:
        found[PartKind.BRIEFING, SiteText.Kind.BRIEFING] = _text(text.body, text.minutes)
    return found


def lists_here(rows: Any, areas: Iterable[dict[str, Any]]) -> dict[str, Content]:
    """Content of checklists by their code, one version each. areas: the pack's, by whose codes targets are named."""
    meant = {pk: code for code, pk in places_of(areas).items()}
    found = {}
    for row in rows.select_related("target_type").prefetch_related("items__category"):
        target = row.target_type.code if row.target_type else meant.get(row.target_area_id, "plant")
        found[row.code] = _list(row.title, row.frequency, target, [_item_here(item) for item in row.items.all()])
    return found


def places_of(areas: Iterable[dict[str, Any]]) -> dict[str, int]:
    """The factory's areas by their code, and by that of the pack's area which each of them is."""
    there = list(Area.objects.all())
    found = {row["code"]: area_of(row, there) for row in areas}
    return {area.code: area.pk for area in there} | {code: area.pk for code, area in found.items() if area}


def area_of(row: dict[str, Any], areas: Iterable[Area]) -> Area | None:
    """The factory's area that the pack means, by code or name."""
    names = names_of(row["name"])
    return next((each for each in areas if each.code == row["code"] or names & names_of(each.name)), None)


def keep_parts(of: Release, keys: Iterable[Key]) -> None:
    """These came, or were looked at, as this release writes them; what another pack brought stays that pack's."""
    rows = [
        PackPart(pack=of.code, kind=kind, code=code, content=of.parts[kind, code], digest=of.digests[kind, code])
        for kind, code in keys
    ]
    PackPart.objects.bulk_create(rows, ignore_conflicts=True)


_CATEGORY = ("name", "gbt13861", "level", "urgent_when")


def _area(name: Any, colour: str) -> Content:
    return {"name": name, "colour": colour}


def _type(name: Any, statutory_inspection: Any) -> Content:
    return {"name": name, "statutory_inspection": statutory_inspection}


def _text(body: str, minutes: int) -> Content:
    return {"body": body.strip(), "minutes": minutes}


def _list(title: Any, frequency: str, target: str, items: list[Content]) -> Content:
    return {"title": clean(title), "frequency": str(frequency), "target": target, "items": items}


def _written_item(row: dict[str, Any]) -> Content:
    return _item({name: row[name] if row.get(name) is not None else _USUAL.get(name) for name in _ASKED})


def _item_here(item: Item) -> Content:
    named = {"min": item.minimum, "max": item.maximum, "category": item.category.code, "urgent": item.is_urgent}
    return _item({name: named[name] if name in named else getattr(item, name) for name in _ASKED})


def _item(columns: dict[str, Any]) -> Content:
    return {name: _plain(value) for name, value in columns.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, (Decimal, float, int)) and not isinstance(value, bool):
        return f"{Decimal(str(value)).normalize():f}"
    return clean(value) or None


def audience_of(kind: str) -> Audience:
    return Audience.SUPPLIERS if kind == PartKind.QUESTIONNAIRE else Audience.STAFF
