"""Own checklists shared with all factories, as texts alone; and those of others taken over as drafts."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, WrongStatus
from core.events import action, emit, register
from core.words import say, wordings
from facilities.models import EquipmentType
from hazards.models import Category, Maintainer
from inspections.actions import create_checklist
from inspections.models import Checklist, Item
from inspections.rules import checklist_faults, clean, item_faults
from market.actions import categories_for
from market.matching import Kinds, shown_items
from market.models import PackPart, PartKind
from market.parts import Content, digest, lists_here
from market.updates import refuse_unless_manager
from partners.models import Company
from people.models import User
from sharing import actions as sharing
from sharing.models import Template
from tenants import due
from tenants.current import current_factory

register(
    {
        "template.shared": gettext_lazy("Checklists shared with other factories"),
        "template.taken_back": gettext_lazy("Shared checklists taken back"),
        "template.approved": gettext_lazy("Shared checklists are in the market"),
        "template.returned": gettext_lazy("Shared checklists sent back by the service"),
        "template.withdrawn": gettext_lazy("Shared checklists taken out of the market by the service"),
        "template.taken": gettext_lazy("Template of another factory taken over"),
    }
)
MOST_LISTS, MOST_NOTE = 10, 300
# Runs of digits as in phone, identity and QQ numbers, however they are parted; mail; addresses of pages.
_NUMBER = re.compile(r"(?<![\d.])\+?\d(?:[ \-]?\d){6,}(?![\d.])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+|https?://\S+|www\.\S+", re.IGNORECASE)
_KIND_OF_FIRM = re.compile(r"(股份)?(有限)?(责任)?公司$|工厂$|厂$|集团$|\s*(co\.?,?\s*)?ltd\.?$", re.IGNORECASE)
_BEGINS = re.compile(r"^[\u4e00-\u9fff]{2,3}?(省|市|县|区)")


@dataclass(frozen=True)
class Finding:
    """A word in a text that says whose it is. is_sure: it has to go; else somebody says that it is none."""

    text: str
    word: str
    why: str
    is_sure: bool


def content_of(checklists: Collection[Checklist], note: str) -> Content:
    """What others will see: texts, limits and kinds. No photos, areas, people or records."""
    lists = []
    for row in checklists:
        content = lists_here(Checklist.objects.filter(pk=row.pk), ())[row.code]
        target = row.target_type and {"code": row.target_type.code, "name": row.target_type.name}
        lists.append(content | {"target": target or None})
    used = {item["category"] for content in lists for item in content["items"]}
    kinds = Category.objects.filter(code__in=used)
    return {
        "note": clean(note),
        "lists": lists,
        "categories": [
            {"code": kind.code, "name": kind.name, "gbt13861": kind.gbt13861, "level": kind.level, "urgent_when": kind.urgent_when}
            for kind in kinds
        ],
    }  # fmt: skip


def own_lists() -> QuerySet[Checklist]:
    """In use here, and not word for word what a pack brought."""
    current = Checklist.objects.current().ours()
    brought = dict(PackPart.objects.filter(kind=PartKind.CHECKLIST).values_list("code", "content"))
    here = lists_here(current.filter(code__in=brought), ())
    as_brought = [code for code, content in here.items() if content | {"target": ""} == brought[code] | {"target": ""}]
    return current.exclude(code__in=as_brought).select_related("target_type").order_by("code")


def texts_in(content: Any) -> Iterator[str]:
    """Every word that somebody could read."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from texts_in(value)
    elif isinstance(content, list):
        for value in content:
            yield from texts_in(value)


def findings(content: Content) -> list[Finding]:
    """By text: the factory's name, companies, people, numbers to be called, addresses."""
    sure, unsure = _names()
    found = []
    for text in dict.fromkeys(texts_in(content)):
        folded = text.casefold()
        found += [Finding(text, word, why, True) for word, why in sure.items() if word.casefold() in folded]
        found += [Finding(text, word, why, False) for word, why in unsure.items() if word.casefold() in folded]
        found += [Finding(text, match[0], _("a number that could be somebody's"), True) for match in _NUMBER.finditer(text)]  # fmt: skip
        found += [Finding(text, match[0], _("an address"), True) for match in _MAIL.finditer(text)]
    return found


def _names() -> tuple[dict[str, str], dict[str, str]]:
    factory = current_factory()
    ours, theirs = _("the name of your factory"), _("the name of a company")
    sure = dict.fromkeys(_short_names(factory.name), ours)
    companies = [*Company.objects.values_list("name", flat=True), *Maintainer.objects.values_list("company", flat=True)]
    sure |= {word: theirs for name in companies for word in _short_names(name)}
    people = (name for name in User.objects.values_list("name", flat=True) if len(name) > 1)
    return sure, dict.fromkeys(people, _("the name of one of your people"))


def _short_names(name: str) -> set[str]:
    """Also as it is said every day, without what kind of firm it is and where it is."""
    core = _KIND_OF_FIRM.sub("", name.strip())
    core = _KIND_OF_FIRM.sub("", core)
    return {word for word in (name.strip(), core, _BEGINS.sub("", core)) if len(word) > 1}


def stamp_of(content: Content) -> str:
    """What was looked at is what goes out."""
    return digest(content)


@action
def share(
    checklists: Collection[Checklist], note: str, *, by: Any, stamp: str, are_no_people: bool = False
) -> Template:
    refuse_unless_manager(by)
    if not 1 <= len(checklists) <= MOST_LISTS:
        raise DomainError(_("Choose between 1 and %(most)d lists.") % {"most": MOST_LISTS})
    if len(note) > MOST_NOTE:
        raise DomainError(_("At most %(n)d characters fit here.") % {"n": MOST_NOTE})
    content = content_of(checklists, note)
    if stamp != stamp_of(content):
        raise WrongStatus(_("Something changed since you looked. Nothing was shared; look once more."))
    found = findings(content)
    if any(each.is_sure for each in found):
        raise DomainError(_("These texts say whose they are. Change them in the list first."))
    if found and not are_no_people:
        raise DomainError(_("Look at the marked words: say that they name nobody, or change them in the list first."))
    refuse_faulty(content)
    made = sharing.send(content)
    emit("template.shared", current_factory(), by=by, template=str(made.pk), lists=[row.code for row in checklists])
    return made


@action
def take_back(pk: UUID, *, by: Any) -> None:
    refuse_unless_manager(by)
    sharing.take_back(pk)
    emit("template.taken_back", current_factory(), by=by, template=str(pk))


def refuse_faulty(content: Content) -> None:
    """The same that a list here must fulfil before it is in use."""
    for listed in content["lists"]:
        checklist, items = shown(content, listed)
        faults = [*checklist_faults(checklist).values()]
        faults += [fault for item in items for fault in item_faults(item, items).values()]
        faults += [] if items else [_("The list is empty. Add at least one item.")]
        if faults:
            raise DomainError(f"{say(checklist.title)}: {faults[0]}")


def shown(content: Content, listed: Content) -> tuple[Checklist, list[Item]]:
    """One of its lists, for pages and checks; in no database."""
    checklist = Checklist(title=listed["title"], frequency=listed["frequency"])
    return checklist, shown_items(checklist, listed, Kinds({row["code"]: row for row in content["categories"]}))


@action
def take_template(template: Template, *, by: Any) -> list[Checklist]:
    """Drafts, which somebody looks over and publishes; for a machine that the factory has, else for the whole plant."""
    refuse_unless_manager(by)
    content = template.content
    refuse_faulty(content)
    made = []
    for listed in content["lists"]:
        ids = categories_for(listed, content["categories"])
        _checklist, items = shown(content, listed)
        for item in items:
            code = item.category.code
            item.category_id, item.pk = ids[code], None
        kind = _kind_of(listed["target"])
        made.append(create_checklist(listed["title"], listed["frequency"], by=by, target_type=kind, items=items))
    emit("template.taken", current_factory(), by=by, template=str(template.pk), lists=[row.code for row in made])
    return made


def _kind_of(target: Content | None) -> EquipmentType | None:
    if target is None:
        return None
    words = set(wordings(target["name"]))
    kinds = EquipmentType.objects.all()
    return next((kind for kind in kinds if kind.code == target["code"] or words & set(wordings(kind.name))), None)


def titles_of(content: Content) -> list[str]:
    return [say(listed["title"]) for listed in content["lists"]]


@due.handler("market.tell_decision")
@action
def tell_decision(template: str, status: str, reason: str) -> None:
    """What an operator decided stands in the ledger of the factory that shared it."""
    row = Template.objects.filter(pk=template).first()
    if row is not None:
        emit(f"template.{status}", row, by=None, note=reason, title=row.content["lists"][0]["title"])
