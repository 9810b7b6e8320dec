"""A company comes in, changes, is suspended; its people are invited and join."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, Revoked
from core.events import action, emit
from core.links import signer
from facilities.models import Department
from partners.actions.guards import refuse_idle, refuse_unless_in_charge, refuse_unless_manager
from partners.actions.opening import forget_periods, wait_for_period
from partners.credit import normal_credit_code
from partners.models import Company, CompanyInvitation, CompanyMember
from people.actions import sort_key
from people.models import RoleGrant, User
from people.permissions import Role
from people.phones import normal_phone
from people.whereabouts import note_whereabouts
from tenants import due
from tenants.addresses import address_of
from tenants.current import current_factory

LASTS = timedelta(days=14)
# By the company itself, within a day.
MOST_INVITED = 10
# Roles of those who act for their company; a contractor's worker does not.
MANAGING = (Role.SUPPLIER, Role.CONTRACTOR_ADMIN)


@action
def add_company(
    name: str,
    *,
    by: User | None,
    department: Department,
    credit_code: str = "",
    contact: str = "",
    phone: str = "",
    kind: str = Company.Kind.SUPPLIER,
    rhythm: str = Company.Rhythm.MONTH,
    questionnaire: str = "",
) -> Company:
    """The questionnaire of the period that runs now is opened when it is over."""
    refuse_unless_manager(by)
    facts = _facts(name, credit_code, contact, phone)
    _refuse_twin(facts)
    company = Company.objects.create(
        kind=kind, department=department, rhythm=rhythm, questionnaire=questionnaire, **facts
    )
    emit("company.added", company, by=by, name=company.name, kind=kind)
    wait_for_period(company)
    return company


@action
def change_company(
    company: Company, *, by: User, department: Department, rhythm: str, questionnaire: str, **said: Any
) -> Company:
    """said: name, credit_code, contact, phone."""
    refuse_unless_manager(by)
    facts = _facts(**said)
    _refuse_twin(facts, besides=company)
    columns = facts | {"department": department, "rhythm": rhythm, "questionnaire": questionnaire}
    changed = sorted(name for name, value in columns.items() if getattr(company, name) != value)
    if not changed:
        return company
    for name in changed:
        setattr(company, name, columns[name])
    company.save(update_fields=changed)
    emit("company.changed", company, by=by, name=company.name, changed=changed)
    wait_for_period(company)
    return company


def _facts(name: str, credit_code: str, contact: str, phone: str) -> dict[str, Any]:
    return {
        "name": name.strip(),
        "credit_code": normal_credit_code(credit_code) if credit_code.strip() else None,
        "contact": contact.strip(),
        "phone": normal_phone(phone) if phone.strip() else "",
    }


def _refuse_twin(facts: dict[str, Any], besides: Company | None = None) -> None:
    others = Company.objects.exclude(pk=besides.pk) if besides else Company.objects.all()
    if others.filter(name__iexact=facts["name"]).exists():
        raise DomainError(_("“%(name)s” is written down already.") % {"name": facts["name"]})
    twin = others.filter(credit_code=facts["credit_code"]).first() if facts["credit_code"] else None
    if twin:
        raise DomainError(_("“%(name)s” has this credit code already.") % {"name": twin.name})


@action
def change_standing(company: Company, standing: str, *, by: User, note: str) -> Company:
    """Suspended, its people still read; nothing new is asked for, and nothing is taken from them."""
    refuse_unless_manager(by)
    if standing not in Company.Standing.values:
        raise DomainError(_("Choose one from the list."))
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    before = company.standing
    if Company.objects.filter(pk=company.pk).exclude(standing=standing).update(standing=standing):
        company.standing = standing
        emit("company.standing_changed", company, by=by, note=note.strip(), before=before, after=standing)
        wait_for_period(company) if company.is_active else forget_periods(company)
        due.now("partners.interrupt_unfit")
    return company


def company_of(user: User) -> Company | None:
    return Company.objects.filter(members__user=user).first()


@action
def invite(company: Company, *, by: User | None, phone: str = "") -> tuple[CompanyInvitation, str]:
    """A link that makes one account; with a phone it goes there as a text. The token is given back once and kept nowhere."""
    refuse_unless_in_charge(company, by)
    refuse_idle(company)
    if by and not by.can("partners.manage"):
        _refuse_many(company)
    phone = normal_phone(phone) if phone.strip() else ""
    if phone and User.objects.filter(phone=phone).exists():
        raise DomainError(_("Somebody has an account with this number already."))
    token = signer("j").sign(secrets.token_urlsafe(12))
    invitation = CompanyInvitation.objects.create(
        company=company, token_hash=_hash(token), phone=phone, created_by=by, expires_at=timezone.now() + LASTS
    )
    emit("company.invited", company, by=by, invitation=invitation.pk, by_text=bool(phone))
    if phone:
        words = {"factory": current_factory().name, "link": link_of(token)}
        text = _("%(factory)s invites you to its supplier portal: %(link)s") % words
        due.now("notifications.send_sms", phone=phone, text=text, key=f"joining:{invitation.pk}")
    return invitation, token


def _refuse_many(company: Company) -> None:
    """Each may ring a phone that is not the company's."""
    lately = company.invitations.filter(created_at__gt=timezone.now() - timedelta(days=1)).count()
    if lately >= MOST_INVITED:
        raise DomainError(_("%(n)d people were invited within a day. Invite more tomorrow.") % {"n": lately})


def link_of(token: str) -> str:
    return f"{address_of(current_factory())}/j/{token}/"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_of(token: str) -> CompanyInvitation | None:
    """What a link was made for; one that was used, or has ended, is refused with a sentence."""
    found = CompanyInvitation.objects.select_related("company").filter(token_hash=_hash(token)).first()
    if found and found.is_over:
        raise Revoked(_("This link was used already or has ended. Ask for a new one, or sign in."))
    return found


@action
def join(invitation: CompanyInvitation, *, name: str, phone: str, password: str, language: str = "zh-hans") -> User:
    """The one who holds the link makes the own account; the link opens nothing from then on."""
    invitation = (
        CompanyInvitation.objects.select_for_update(of=("self",)).select_related("company").get(pk=invitation.pk)
    )
    if invitation.is_over:
        raise Revoked(_("This link was used already or has ended. Ask for a new one, or sign in."))
    refuse_idle(invitation.company)
    phone = normal_phone(phone)
    if invitation.phone and phone != invitation.phone:
        raise DomainError(_("This link was sent to another phone. Type that number, or ask for a new link."))
    user = User(name=name.strip(), sort_key=sort_key(name), phone=phone, language=language)
    user.phone_verified = bool(invitation.phone)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise DomainError(_("This number has an account already. Sign in with it.")) from None
    note_whereabouts(user)
    is_supplier = invitation.company.kind == Company.Kind.SUPPLIER
    add_member(invitation.company, user, role=Role.SUPPLIER if is_supplier else Role.CONTRACTOR_ADMIN)
    now = timezone.now()
    CompanyInvitation.objects.filter(pk=invitation.pk).update(used_at=now, used_by=user)
    emit("company.joined", invitation.company, by=user, name=user.name)
    return user


def add_member(company: Company, user: User, *, role: str) -> CompanyMember:
    """A partner's role counts for the own company only: that is what each `visible_to` asks."""
    RoleGrant.objects.get_or_create(user=user, role=role, department=None)
    made = CompanyMember.objects.create(company=company, user=user)
    look_after(company)
    made.refresh_from_db(fields=["is_administrator"])
    return made


def look_after(company: Company) -> User | None:
    """Somebody with an open account looks after its people: whoever did, else of those who may who came first."""
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    if head := company.administrator:
        return head
    heir = company.users.filter(grants__role__in=MANAGING).first()
    CompanyMember.objects.filter(company=company, is_administrator=True).update(is_administrator=False)
    if heir:
        CompanyMember.objects.filter(user=heir).update(is_administrator=True)
    return heir
