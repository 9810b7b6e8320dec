"""The way of one of the crew from the poster at the gate to the entry permit."""

import base64
import io
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core.attachments import remove, visible_through
from core.counters import next_number
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.models import Attachment
from core.secrets import seal
from core.zone import zone
from facilities.calendar import today
from partners.actions.companies import add_member
from partners.actions.guards import reason_in, refuse_idle
from partners.entry import CREW_NAME, CREW_ROLE, ENTRY_EXAM, OWN, entry_exam, missing, permit_end
from partners.idnumbers import mark_of, normal_id
from partners.models import CREW, CompanyMember, CrewMember, EntryPermit, Project, Reading, SiteText, Trade
from partners.texts import digest, filled
from people.actions import sort_key
from people.models import JobRole, User
from people.permissions import Role
from people.phones import normal_phone
from people.whereabouts import note_whereabouts
from tenants import due
from training.actions import Card, file_licence, start_exam
from training.actions.study import counted
from training.models import Attempt, Licence

Status = CrewMember.Status
FACE = (192, 244)
# After the last day on site.
KEPT = relativedelta(months=24)
# Days before the permit's last one on which somebody is told.
REMINDERS = (7, 1)


@visible_through
def badges_of_crews(user: User) -> Any:
    return CrewMember.objects.visible_to(user).exclude(badge=None).values("badge_id")


@visible_through
def signatures_of_crews(user: User) -> Any:
    seen = CrewMember.objects.visible_to(user)
    return Reading.objects.filter(member__in=seen).exclude(signature=None).values("signature_id")


# Joining


def project_of(code: str) -> Project:
    """By the number on the poster or from the foreman."""
    digits = "".join(code.split())[:20]
    found = Project.objects.select_related("company").filter(code=digits).first()
    if found is None:
        raise DomainError(_("There is no project with this number. Ask your foreman for it."))
    refuse_idle(found.company)
    if found.is_over:
        raise DomainError(_("This project is over. Ask your foreman for the new number."))
    return found


@action
def register(code: str, *, phone: str, name: str, language: str = "zh-hans") -> CrewMember:
    """The account of somebody whose phone was checked by a code just now, and the place on the project."""
    phone, project = normal_phone(phone), project_of(code)
    if User.objects.filter(phone=phone).exists():
        raise WrongStatus(_("This number has an account already. Sign in with it."))
    if not name.strip():
        raise DomainError(_("Type your name as it stands on the ID card."))
    role, _is_new = JobRole.objects.get_or_create(code=CREW_ROLE, defaults={"name": CREW_NAME})
    user = User(name=name.strip()[:60], sort_key=sort_key(name), phone=phone, phone_verified=True, language=language)
    user.job_role = role
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:  # the same form, sent twice at once
        raise WrongStatus(_("This number has an account already. Sign in with it.")) from None
    note_whereabouts(user)
    add_member(project.company, user, role=Role.CONTRACTOR_WORKER)
    return _place(project, User.objects.get(pk=user.pk))


@action
def join_project(code: str, *, by: User) -> CrewMember:
    """A further project; of another company only when those of the one before are over."""
    if not by.can("partners.crew"):
        raise NotAllowed(_("This page is for contractors' workers."))
    project, membership = project_of(code), CompanyMember.objects.select_related("company").get(user=by)
    if membership.company_id != project.company_id:
        staying = CrewMember.objects.staying().filter(user=by, project__in=Project.objects.running())
        if staying.exists():
            words = {"name": membership.company.name}
            raise DomainError(_("You are registered with %(name)s. They sign you off first, then come again.") % words)
        CompanyMember.objects.filter(pk=membership.pk).update(company=project.company)
    return _place(project, by)


def _place(project: Project, user: User) -> CrewMember:
    """What was written down for an earlier project is taken over; the ID card is shown anew at the gate by its photo."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    found = CrewMember.objects.filter(project=project, user=user).first()
    if found and found.status != Status.LEFT:
        return found
    before = CrewMember.objects.filter(user=user).exclude(badge=None).first()
    names = ("trade", "sealed_id", "id_end", "id_mark", "badge", "face", "emergency_name", "emergency_phone")
    facts = {name: getattr(before, name) for name in names} if before else {}
    member, _is_new = CrewMember.objects.update_or_create(
        project=project, user=user, defaults=facts | {"status": Status.REGISTERING, "note": ""}
    )
    emit("crew.joined", member, by=user, name=user.name, project=project.name)
    _forget_later(member, project.ends_on)
    return member


def _forget_later(member: CrewMember, last_on: date) -> None:
    when = datetime.combine(last_on, time(3), zone()) + KEPT
    due.at(when, "partners.forget_member", key=f"crew:{member.pk}:forget", member=member.pk)


@action
def forget_member(member: CrewMember) -> CrewMember:
    """The clock: two years after the last time somebody was here, what only the entry needed is gone.

    Who came and went, what was signed and the points stay: they are records of safety.
    """
    member = locked_place(member)
    last = member.passes.order_by("-at").first()
    last_on = max(member.project.ends_on, timezone.localdate(last.at) if last else member.project.ends_on)
    if datetime.combine(last_on, time(3), zone()) + KEPT > timezone.now():
        _forget_later(member, last_on)
        return member
    badge, columns = member.badge, ("sealed_id", "id_end", "face", "emergency_name", "emergency_phone")
    CrewMember.objects.filter(pk=member.pk).update(badge=None, **dict.fromkeys(columns, ""))
    if badge and not CrewMember.objects.filter(badge=badge).exists():
        remove(badge)
    emit("crew.forgotten", member, by=None)
    return member


# The own data


@action
def record_person(
    member: CrewMember,
    *,
    by: User,
    name: str,
    trade: str,
    emergency_name: str,
    emergency_phone: str,
    id_number: str = "",
    badge: Attachment | None = None,
) -> CrewMember:
    """id_number and badge: left out, what stands stays."""
    member = own_place(member, by)
    if trade not in Trade.values:
        raise DomainError(_("Choose one from the list."))
    facts: dict[str, Any] = {"trade": trade, "emergency_name": emergency_name.strip()[:60]}
    facts["emergency_phone"] = normal_phone(emergency_phone)
    if facts["emergency_phone"] == by.phone:
        raise DomainError(_("For an emergency give the number of somebody else."))
    if id_number.strip() or not member.sealed_id:
        facts |= identity_columns(member, id_number)
    if badge or not member.badge_id:
        facts |= badge_columns(badge)
    for column, value in facts.items():
        setattr(member, column, value)
    member.save(update_fields=list(facts))
    User.objects.filter(pk=by.pk).update(name=name.strip()[:60] or by.name, sort_key=sort_key(name.strip() or by.name))
    emit("crew.registered", member, by=by, trade=trade)
    return member


def identity_columns(member: CrewMember, text: str) -> dict[str, str]:
    number = normal_id(text)
    mark = mark_of(number)
    others = CrewMember.objects.staying().filter(id_mark=mark).exclude(user=member.user_id)
    if others.filter(project__in=Project.objects.running()).exists():
        raise DomainError(_("This ID number is registered under another phone. Sign in with that phone, or ask the safety officer."))  # fmt: skip
    return {"sealed_id": seal(number), "id_end": number[-4:], "id_mark": mark}


def badge_columns(badge: Attachment | None) -> dict[str, Any]:
    if badge is None:
        raise DomainError(_("Take a photo of your face: the guard compares it."))
    with badge.shown.open() as file, Image.open(file) as picture:
        small = ImageOps.fit(picture.convert("RGB"), FACE, centering=(0.5, 0.35))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=62)
    return {"badge": badge, "face": f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"}


@action
def send_licence(member: CrewMember, card: Card, *, by: User) -> Licence:
    """One that ended already is refused at once, not on the morning of the job."""
    own_place(member, by, is_open_only=False)
    licence = file_licence(card, by=by)
    if licence.ends_on < today():
        raise DomainError(_("This licence ended on %(day)s. Send the one that is valid now.") % {"day": licence.ends_on})  # fmt: skip
    return licence


# Briefing


@action
def beat_reading(member: CrewMember, text: SiteText, *, by: User) -> Reading:
    """The page is open and looked at; counted as a lesson is."""
    member = own_place(member, by, is_open_only=False)
    Reading.objects.get_or_create(member=member, text=text)
    row = Reading.objects.select_for_update(of=("self",)).select_related("text").get(member=member, text=text)
    others = Reading.objects.filter(member__user=by).exclude(pk=row.pk).exclude(beaten_at=None)
    others.update(beaten_at=None)
    seconds, row.beaten_at = counted(row.beaten_at, timezone.now())
    row.seconds += seconds
    row.save(update_fields=["seconds", "beaten_at"])
    return row


@action
def sign_briefing(member: CrewMember, text: SiteText, signature: Attachment, *, by: User) -> Reading:
    """Under the words as they stood there; a newer version asks to sign again."""
    member = own_place(member, by, is_open_only=False)
    newest = SiteText.objects.filter(kind=SiteText.Kind.BRIEFING).exclude(published_at=None).first()
    if newest is None or newest.pk != text.pk:
        raise WrongStatus(_("The briefing was changed in the meantime. Read the new one, then sign."))
    row, _is_new = Reading.objects.select_related("text").get_or_create(member=member, text=text)
    if row.signed_at:
        return row
    if row.seconds_left:
        raise DomainError(_("Not yet: read for another %(n)d minutes.") % {"n": -(-row.seconds_left // 60)})
    row.signature, row.signed_at, row.sha256 = signature, timezone.now(), digest(filled(text, member.project))
    row.save(update_fields=["signature", "signed_at", "sha256"])
    facts = {"version": text.version, "words": row.sha256, "signature": signature.sha256, "seconds": row.seconds}
    emit("crew.signed", member, by=by, **facts)
    return row


# Exam, approval, permit


@action
def start_entry_exam(member: CrewMember, *, by: User) -> Attempt:
    """By the server's clock, as often a day as the exam allows. Whoever is in it already goes on, whatever happened since."""
    member = own_place(member, by, is_open_only=False)
    exam = entry_exam()
    if exam is None:
        raise DomainError(_("There is no entry exam yet. Ask the safety officer."))
    if running := Attempt.objects.filter(person=by, exam__code=ENTRY_EXAM, status=Attempt.Status.OPEN).first():
        return running if not running.ends_at or running.ends_at > timezone.now() else start_exam(exam, by=by)
    refuse_idle(member.project.company)
    gaps = {gap.code for gap in missing(member)}
    if first := next((step for step in OWN[:3] if step in gaps), None):
        raise DomainError({"person": _("First fill in your own data."), "licence": _("First send your licence."), "briefing": _("First read and sign the briefing.")}[first])  # fmt: skip
    return start_exam(exam, by=by)


@action
def submit_member(member: CrewMember, *, by: User) -> CrewMember:
    """To the safety officer, when nothing of the own is missing."""
    member = own_place(member, by)
    own = [gap for gap in missing(member) if gap.step in OWN]
    if own:
        raise DomainError(own[0].words + _(". ") + own[0].next)
    CREW.take("submit", member, by=by, note="", data={"name": by.name})
    return member


@action
def approve_member(member: CrewMember, *, by: User) -> EntryPermit:
    """Everything is looked at once more; then the permit is issued."""
    member = locked_place(member)
    CREW.take("approve", member, by=by, decided_by=by, decided_at=timezone.now())
    return _issue(member, by)


@action
def renew_permit(member: CrewMember, *, by: User) -> EntryPermit:
    """After the earlier one has ended or was taken back."""
    if not by.can("partners.approve"):
        raise NotAllowed(_("Only the safety officer decides who comes in."))
    member = locked_place(member)
    if member.status != Status.APPROVED:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    return _issue(member, by)


def _issue(member: CrewMember, by: User) -> EntryPermit:
    if left := [gap for gap in missing(member) if gap.code not in ("permit", "revoked", "expired")]:
        raise DomainError(left[0].words + _(". ") + left[0].next)
    EntryPermit.objects.in_force().filter(member=member).update(status=EntryPermit.Status.REPLACED)
    ends_on, ends_with = permit_end(member)
    year = today().year
    permit = EntryPermit.objects.create(
        member=member,
        number=f"RC-{year}-{next_number(f'entry-permits-{year}'):04}",
        issued_by=by,
        ends_on=ends_on,
        ends_with=ends_with,
    )
    emit("entry_permit.issued", permit, by=by, number=permit.number, day=ends_on, name=member.user.name)
    for days in REMINDERS:
        when = datetime.combine(ends_on - timedelta(days=days), time(8), zone())
        if when > timezone.now():
            due.at(when, "partners.follow_permit", key=f"entry_permit:{permit.pk}:{days}", permit=permit.pk)
    return permit


@action
def follow_permit(permit: EntryPermit) -> None:
    """The clock, before its last day."""
    if permit.status == EntryPermit.Status.ISSUED and permit.member.status == Status.APPROVED:
        facts = {"name": permit.member.user.name, "days": permit.days_left, "day": permit.ends_on}
        emit("entry_permit.ending", permit, by=None, **facts)


@action
def return_member(member: CrewMember, *, by: User, note: str) -> CrewMember:
    note = reason_in(note)
    CREW.take("return", locked_place(member), by=by, note=note, decided_by=by, decided_at=timezone.now())
    CrewMember.objects.filter(pk=member.pk).update(note=note)
    return member


@action
def sign_off(member: CrewMember, *, by: User, note: str) -> CrewMember:
    """They do not come any more; the permit ends with it."""
    note, member = reason_in(note), locked_place(member)
    CREW.take("leave", member, by=by, note=note)
    CrewMember.objects.filter(pk=member.pk).update(note=note)
    for permit in EntryPermit.objects.in_force().filter(member=member):
        end_permit(permit, by, note)
    return member


@action
def revoke_permit(permit: EntryPermit, *, by: User, note: str) -> EntryPermit:
    """Red at the gate within seconds."""
    if not by.can("partners.approve"):
        raise NotAllowed(_("Only the safety officer decides who comes in."))
    note = reason_in(note)
    locked_place(permit.member)
    permit = EntryPermit.objects.select_related("member__user").get(pk=permit.pk)
    if permit.status != EntryPermit.Status.ISSUED:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    return end_permit(permit, by, note)


def end_permit(permit: EntryPermit, by: User | None, note: str) -> EntryPermit:
    columns = {"status": EntryPermit.Status.REVOKED, "revoked_at": timezone.now(), "revoked_by": by, "note": note}
    for name, value in columns.items():
        setattr(permit, name, value)
    permit.save(update_fields=list(columns))
    emit("entry_permit.revoked", permit, by=by, number=permit.number, note=permit.note, name=permit.member.user.name)
    due.now("partners.interrupt_unfit")
    return permit


def locked_place(member: CrewMember) -> CrewMember:
    CrewMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    return CrewMember.objects.near().get(pk=member.pk)


def own_place(member: CrewMember, by: User, *, is_open_only: bool = True) -> CrewMember:
    """The own place; data and licence are changed only until it was handed in."""
    member = locked_place(member)
    if member.user_id != by.pk or not by.can("partners.crew"):
        raise NotAllowed(_("This is somebody else's. Everybody registers with the own phone."))
    if member.status == Status.LEFT or (is_open_only and member.status != Status.REGISTERING):
        raise WrongStatus(_("This is handed in already. Ask the safety officer to change something."))
    return member
