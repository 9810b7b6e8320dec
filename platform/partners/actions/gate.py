"""The gate: who may come in at this moment, who is inside, and a record of every look, also those without network."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed
from core.events import action, emit
from core.limits import allow
from core.words import say
from partners.entry import gaps_of, missing, trade_words
from partners.models import CrewMember, EntryPermit, GatePass
from partners.passes import read_code, sign_list
from people.models import User
from tenants import due
from tenants.addresses import address_of
from tenants.current import current_factory

Kind = GatePass.Kind
# What a phone at the gate hands in later: not older than this, and at most so many at once.
OLDEST, MOST = timedelta(days=7), 500


@dataclass(frozen=True)
class Verdict:
    """What the guard sees. permit: None for a code that this factory has not made."""

    is_let_in: bool
    permit: EntryPermit | None = None
    gaps: list[Any] = field(default_factory=list)
    is_inside: bool = False

    @property
    def member(self) -> CrewMember | None:
        return self.permit.member if self.permit else None


def refuse_unless_guard(by: User) -> None:
    if not by.can("gate.check"):
        raise NotAllowed(_("Only the gate looks at entry permits."))


def judge(code: str) -> Verdict:
    """By the code of a permit, or by the number that is printed under it."""
    permit = _permit(code)
    if permit is None:
        return Verdict(is_let_in=False)
    return judge_permit(permit)


def judge_permit(permit: EntryPermit) -> Verdict:
    """A code that was replaced by a newer one is as good as that one: the person counts, and the photo shows who it is."""
    gaps = missing(permit.member)
    newest = permit.member.permits.first() or permit
    return Verdict(not gaps, newest, gaps, permit.member_id in {member.pk for member in inside(permit.member)})


def _permit(code: str) -> EntryPermit | None:
    permits = EntryPermit.objects.select_related(
        "member__user", "member__badge", "member__project__company", "member__project__area", "member__project__host"
    )
    said = read_code(code)
    if said:
        return permits.filter(pk=said.permit).first()
    number = "".join(code.split()).upper()
    return permits.filter(number=number).first() if number.startswith("RC-") else None


@action
def scan(code: str, *, by: User) -> Verdict:
    """Looks, and writes down that it was looked."""
    refuse_unless_guard(by)
    verdict = judge(code)
    _write(Kind.CHECK, verdict, by)
    return verdict


@action
def pass_through(permit: EntryPermit, kind: str, *, by: User) -> Verdict:
    """In only with a green light at this moment; out always."""
    refuse_unless_guard(by)
    CrewMember.objects.select_for_update().get(pk=permit.member_id)
    verdict = judge_permit(permit)
    if kind not in (Kind.IN, Kind.OUT):
        raise DomainError(_("Choose one from the list."))
    if kind == Kind.IN and not verdict.is_let_in:
        raise DomainError(verdict.gaps[0].words + _(". ") + verdict.gaps[0].next)
    if verdict.is_inside != (kind == Kind.IN):
        _write(kind, verdict, by)
    return judge_permit(permit)


def _write(kind: str, verdict: Verdict, by: User, **more: Any) -> GatePass:
    gap = verdict.gaps[0] if verdict.gaps else None
    facts = {
        "kind": kind,
        "member": verdict.member,
        "permit": verdict.permit,
        "is_let_in": verdict.is_let_in,
        "reason": gap.code if gap else "" if verdict.permit else "unknown",
        "words": gap.words[:200] if gap else "",
        "guard": by,
        "at": timezone.now(),
    }
    row = GatePass.objects.create(**(facts | more))
    name = "gate.passed" if row.is_let_in or kind == Kind.OUT else "gate.refused"
    number = verdict.permit.number if verdict.permit else ""
    emit(name, row, by=by, kind=kind, number=number, reason=row.reason, at=row.at, is_offline=row.is_offline)
    return row


@action
def send_way(permit: EntryPermit, *, by: User) -> None:
    """Whoever stands outside gets the link to what is missing as a text."""
    refuse_unless_guard(by)
    user = permit.member.user
    allow("gate_link", str(user.pk), most=3, within=timedelta(hours=6))
    words = {"factory": current_factory().name, "link": f"{address_of(current_factory())}/k/"}
    with translation.override(user.language):
        text = _("%(factory)s: scan the code at the gate and go on with this number: %(link)s") % words
    due.now("notifications.send_sms", phone=user.phone, text=text, key=f"way:{permit.pk}:{uuid4()}")


@action
def take_offline(rows: list[dict[str, Any]], *, by: User) -> list[str]:
    """What a gate did without network, each once by the id that its phone made; returns the ids that are safe now."""
    refuse_unless_guard(by)
    if len(rows) > MOST:
        raise DomainError(_("Too much at once. Send it in parts."))
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two pages of one phone
    taken = []
    for row in rows:
        said = _read(row)
        if said is None:
            continue
        taken.append(str(said["id"]))
        if not GatePass.objects.filter(pk=said["id"]).exists():
            permit = EntryPermit.objects.select_related("member").filter(pk=said["permit"]).first()
            verdict = Verdict(said["is_let_in"], permit)
            more = {name: said[name] for name in ("id", "at", "reason", "words")}
            _write(said["kind"], verdict, by, is_offline=True, **more)
    return taken


def _read(row: Any) -> dict[str, Any] | None:
    """Nothing for what no page of ours has written."""
    try:
        at = datetime.fromtimestamp(float(row["at"]) / 1000, timezone.get_current_timezone())
        said: dict[str, Any] = {"id": UUID(str(row["id"])), "at": min(at, timezone.now()), "kind": str(row["kind"])}
        said |= {"permit": int(row.get("permit") or 0), "is_let_in": row["ok"] is True}
    except (KeyError, ValueError, TypeError, OverflowError, OSError, AttributeError):
        return None
    said |= {"reason": str(row.get("reason", ""))[:20], "words": str(row.get("words", ""))[:200].replace("\0", "")}
    is_ours = said["kind"] in Kind.values and said["at"] > timezone.now() - OLDEST and said["permit"] < 2**62
    return said if is_ours else None


def inside(*members: CrewMember) -> list[CrewMember]:
    """Whose last step went in; of these people, or of all. For the roll call, so nobody is left out of it."""
    steps = GatePass.objects.filter(kind__in=(Kind.IN, Kind.OUT)).exclude(member=None)
    steps = steps.filter(member__in=members) if members else steps
    last = steps.order_by("member_id", "-at", "-received_at").distinct("member_id")
    came = {row.member_id: row.at for row in last if row.kind == Kind.IN}
    found = list(CrewMember.objects.near().filter(pk__in=came).order_by("project__company__name", "user__sort_key"))
    for member in found:
        member.came_at = came[member.pk]
    return found


def log_of() -> QuerySet[GatePass]:
    return GatePass.objects.select_related("member__user", "member__project__company", "permit", "guard")


def gate_list() -> dict[str, str]:
    """Everybody who has a permit or is inside, for a gate without network: signed text, so that a phone knows it is ours."""
    within = {member.pk for member in inside()}
    gone = Q(member__status="left") & ~Q(member__in=within)
    permits = EntryPermit.objects.exclude(status=EntryPermit.Status.REPLACED).exclude(gone)
    newest = permits.order_by("member_id", "-pk").distinct("member_id")
    rows = list(newest.select_related("member__user", "member__project__company", "member__project__area", "member__project__host"))  # fmt: skip
    gaps = gaps_of([permit.member for permit in rows])
    people = [_line(permit, gaps[permit.member_id], permit.member_id in within) for permit in rows]
    older = dict(EntryPermit.objects.filter(member__in=gaps).values_list("pk", "member"))
    text = json.dumps(
        {"at": int(timezone.now().timestamp() * 1000), "id": str(uuid4()), "people": people, "permits": older},
        ensure_ascii=False,
    )
    return {"text": text, "signature": sign_list(text)}


def _line(permit: EntryPermit, gaps: list[Any], is_inside: bool) -> dict[str, Any]:
    member = permit.member
    return {
        "member": member.pk,
        "permit": permit.pk,
        "number": permit.number,
        "name": member.user.name,
        "company": member.project.company.name,
        "trade": trade_words(member),
        "where": say(member.project.area.name),
        "host": f"{member.project.host.name} {member.project.host.phone or ''}".strip(),
        "ends": f"{permit.ends_on:%Y-%m-%d}",
        "face": member.face,
        "inside": is_inside,
        "gaps": [asdict(gap) for gap in gaps[:3]],
    }
