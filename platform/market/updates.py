"""What a release changed in a pack, what the factory changed itself, and taking over the one without losing the other."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import NotAllowed, WrongStatus
from core.events import action, emit, register
from core.words import say
from facilities.actions import change_area
from facilities.models import Area, EquipmentType
from hazards.models import Category
from inspections.actions import draft_checklist, publish_checklist
from inspections.models import Checklist, Item
from market.actions import (
    ENTRY_BANK,
    add_target,
    categories_for,
    install_areas,
    install_checklists,
    install_questionnaire,
    item_of,
    require_of_posts,
)
from market.matching import matched
from market.models import LISTS, PackPart, PartKind
from market.packs import load_pack
from market.parts import Content, Key, Release, digest, parts_here, places_of, release
from market.questionnaires import questionnaire_of
from market.risks import install_risks, take_risk
from partners.actions import write_text
from partners.models import SiteText
from people.models import JobRole
from risks.models import Risk
from tenants.current import current_factory
from training.actions import install_questions

register({"pack.updated": gettext_lazy("Industry pack updated")})


class State(TextChoices):
    """written: what the release says; kept: as it was when it came; here: what the factory has."""

    NEW = "new", gettext_lazy("New in the pack")
    CHANGED = "changed", gettext_lazy("Changed in the pack")
    BOTH = "both", gettext_lazy("Changed in the pack and by you")
    GONE = "gone", gettext_lazy("You took it out")
    EDITED = "edited", gettext_lazy("Changed by you")
    OWN = "own", gettext_lazy("Yours")
    SAME = "same", gettext_lazy("As in the pack")


# What an update takes over unless it is unticked, and what only when it is ticked.
TAKEN, OFFERED = (State.NEW, State.CHANGED), (State.BOTH, State.GONE)


@dataclass(frozen=True)
class Part:
    kind: str
    code: str
    state: State
    written: Content
    kept: Content | None
    here: Content | None
    has_draft: bool = False

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.code}"

    @property
    def is_taken(self) -> bool:
        return self.state in TAKEN and not self.has_draft

    @property
    def may_be_taken(self) -> bool:
        return self.state in (*TAKEN, *OFFERED) and not self.has_draft


def standing_of(of: Release) -> list[Part]:
    """Every part of the pack as it stands here, in the order in which they are taken over."""
    here = parts_here(of)
    kept = {(row.kind, row.code): row for row in PackPart.objects.all()}
    drafted = set(Checklist.objects.filter(status=Checklist.Status.DRAFT).values_list("code", flat=True))
    places = places_of(of.areas)
    found = []
    for (kind, code), written in of.parts.items():
        row = kept.get((kind, code))
        is_ours = row is not None and row.pack == of.code
        has_now = here.get((kind, code))
        is_elsewhere = row is not None or (kind == PartKind.AREA and code in places)
        state = (
            _state(written, row.content, has_now)
            if row is not None and is_ours
            else (State.OWN if has_now or is_elsewhere else State.NEW)
        )
        has_draft = kind in LISTS and code in drafted
        found.append(Part(kind, code, state, written, row.content if row and is_ours else None, has_now, has_draft))
    return sorted(found, key=lambda part: PartKind.values.index(part.kind))


def _state(written: Content, kept: Content, here: Content | None) -> State:
    if here == written:
        return State.SAME
    if here is None:
        return State.GONE
    if here == kept:
        return State.CHANGED
    return State.EDITED if kept == written else State.BOTH


def stamp_of(parts: Collection[Part]) -> str:
    """What was looked at is what is taken over."""
    return digest([[part.key, part.state, part.written, part.here, part.has_draft] for part in parts])


def installed() -> set[str]:
    return set(PackPart.objects.values_list("pack", flat=True))


def outdated(releases: Collection[Release]) -> dict[str, int]:
    """Of installed packs, how many parts the release has changed or added since; by code."""
    kept: dict[str, dict[Key, str]] = {}
    everything: set[Key] = set()
    for pack, kind, code, stamp in PackPart.objects.values_list("pack", "kind", "code", "digest"):
        kept.setdefault(pack, {})[kind, code] = stamp
        everything.add((kind, code))
    return {
        of.code: sum(kept[of.code].get(key) != stamp for key, stamp in of.digests.items() if key in kept[of.code])
        + _new_ones(of, everything)
        for of in releases
        if of.code in kept
    }


def _new_ones(of: Release, kept: set[Key]) -> int:
    left = of.parts.keys() - kept
    return len(left - parts_here(of).keys()) - _by_name(of, left) if left else 0


def _by_name(of: Release, keys: Collection[Key]) -> int:
    """Areas of the pack that the factory has under a number of its own."""
    codes = set(Area.objects.values_list("code", flat=True))
    return sum(kind == PartKind.AREA and code in places_of(of.areas) and code not in codes for kind, code in keys)


def refuse_unless_manager(by: Any) -> None:
    if not by.can("market.manage"):
        raise NotAllowed(_("Your role does not change what comes from the market. Ask the safety officer."))


@action
def update_pack(code: str, ticked: Collection[str], *, by: Any, stamp: str) -> dict[str, int]:
    """Takes over the ticked parts; of the others the factory's own stays, and is not asked about again."""
    refuse_unless_manager(by)
    pack, of = load_pack(code), release(code)
    list(PackPart.objects.select_for_update().filter(pack=code))
    if code not in installed():
        raise WrongStatus(_("This pack is not installed here. Install it first."))
    parts = standing_of(of)
    if stamp != stamp_of(parts):
        raise WrongStatus(_("Something changed since you looked. Nothing was taken over; look once more."))
    taken = [part for part in parts if part.key in ticked and part.may_be_taken]
    for part in taken:
        _TAKE[part.kind](pack, part, by)
    _keep([part for part in parts if part.state != State.OWN], of)
    install_questions(ENTRY_BANK, pack.get("entry_questions") or (), by=by)
    new = {part.code for part in taken if part.kind == PartKind.JOB_ROLE and part.state == State.NEW}
    require_of_posts([row for row in pack["job_roles"] if row["code"] in new], by=by)
    left = [part for part in parts if part.may_be_taken and part not in taken]
    if taken or left:
        names = [title_of(part.kind, part.written) for part in taken][:30]
        emit("pack.updated", current_factory(), by=by, pack=code, title=of.title, taken=names, left=len(left))
    return {"taken": len(taken), "left": len(left)}


def _keep(parts: list[Part], of: Release) -> None:
    """From here on the release of today is what later ones are compared with. A list whose draft is open waits."""
    for part in parts:
        if part.has_draft and part.state in (State.CHANGED, State.BOTH):
            continue
        PackPart.objects.update_or_create(
            kind=part.kind,
            code=part.code,
            defaults={"pack": of.code, "content": part.written, "digest": of.digests[part.kind, part.code]},
        )


def title_of(kind: str, content: Content) -> str:
    if kind == PartKind.BRIEFING:
        return str(PartKind.BRIEFING.label)
    return say(content.get("title") or content.get("name"))


def _take_area(pack: Any, part: Part, by: Any) -> None:
    area = Area.objects.filter(code=part.code).first()
    if area is None:
        install_areas([row for row in pack["areas"] if row["code"] == part.code])
    else:
        change_area(area, by=by, **part.written)


def _take_row(model: Any):
    def take(pack: Any, part: Part, by: Any) -> None:
        model.objects.update_or_create(code=part.code, defaults=part.written)

    return take


def _take_list(pack: Any, part: Part, by: Any) -> None:
    row = _row_of(pack, part)
    add_target(row, pack)
    newest = Checklist.objects.filter(code=part.code).order_by("-version").first()
    if newest is None:
        if part.kind == PartKind.QUESTIONNAIRE:
            install_questionnaire(pack, by=by)
        else:
            categories_for(row, pack["categories"])
            install_checklists([row], by=by, areas=pack["areas"])
        return
    draft = draft_checklist(newest, by=by)
    _rewrite(draft, row, pack)
    publish_checklist(draft, by=by)


def _row_of(pack: Any, part: Part) -> dict[str, Any]:
    if part.kind == PartKind.QUESTIONNAIRE:
        return {"target": "plant", "frequency": part.written["frequency"], **(questionnaire_of(pack) or {})}
    return next(row for row in pack["checklists"] if row["code"] == part.code)


def _rewrite(draft: Checklist, row: dict[str, Any], pack: Any) -> None:
    """The draft asks what the pack asks; an item that is still there stays the one whose records are followed."""
    categories = categories_for(row, pack["categories"])
    items = [item_of(draft, n, item, categories) for n, item in enumerate(row["items"], 1)]
    for copy, item in matched(list(draft.items.all()), items):
        item.origin_id = copy.origin_id
    draft.items.all().delete()
    Item.objects.bulk_create(items)
    kind = EquipmentType.objects.filter(code=row["target"]).first()
    draft.title, draft.frequency, draft.target_type = row["title"], row["frequency"], kind
    draft.target_area_id = None if kind else places_of(pack["areas"]).get(row["target"])
    draft.save()


def _take_briefing(pack: Any, part: Part, by: Any) -> None:
    """As a draft: published it asks everybody to sign anew, so somebody reads it first."""
    last = SiteText.objects.filter(kind=SiteText.Kind.BRIEFING).first()
    write_text(
        SiteText.Kind.BRIEFING,
        part.written["body"],
        by=by,
        minutes=int(part.written["minutes"]),
        facts=last.facts if last else {},
    )


def _take_risk(pack: Any, part: Part, by: Any) -> None:
    risk, places = Risk.objects.select_related("area").filter(code=part.code).first(), places_of(pack["areas"])
    if risk is None:
        install_risks([row for row in pack["risks"] if row["code"] == part.code], places, by=by)
    else:
        take_risk(risk, part.written, places, by=by, reason=_("As the industry pack rates it."))


_TAKE: dict[str, Any] = {
    PartKind.AREA: _take_area,
    PartKind.EQUIPMENT_TYPE: _take_row(EquipmentType),
    PartKind.CATEGORY: _take_row(Category),
    PartKind.JOB_ROLE: _take_row(JobRole),
    PartKind.CHECKLIST: _take_list,
    PartKind.QUESTIONNAIRE: _take_list,
    PartKind.BRIEFING: _take_briefing,
    PartKind.RISK: _take_risk,
}
