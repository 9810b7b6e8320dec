from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.chain import CALLABLE, call, first_called
from alerts.models import Alert, AlertPolicy
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from tenants import due

# Least and most minutes of each figure.
BOUNDS = {"minutes": (1, 60), "repeat_minutes": (1, 120)}
RULES = ("minutes", "repeat_minutes", "chain")


@action
def raise_alert(subject: models.Model, line: str, *, by, department_id: int | None = None) -> Alert:
    """Calls the people on duty. One open alert per subject: raising again while it is open changes nothing."""
    about = {"subject_type": subject._meta.label_lower, "subject_id": str(subject.pk)}
    standing = Alert.objects.open().filter(**about).first()
    if standing:
        return standing
    alert = Alert.objects.create(
        line=line[:200],
        department_id=department_id,
        raised_at=timezone.now(),
        raised_by=by,
        policy=AlertPolicy.objects.first(),
        **about,
    )
    told = first_called(alert)
    alert.called.set(told)
    emit("alert.raised", alert, by=by, line=alert.line, told=[person.pk for person in told], **about)
    _call_next(alert, alert.raised_at + timedelta(minutes=alert.rules.minutes))
    return alert


@action
def escalate_alert(alert: Alert, *, step: int) -> Alert:
    """Nobody took it: the next level is called. Each step once, however late or often the clock asks for it."""
    alert = Alert.objects.select_for_update(of=("self",)).select_related("policy").get(pk=alert.pk)
    if alert.acknowledged_at or step <= alert.step:
        return alert
    alert.step = step
    alert.save(update_fields=["step"])
    now, called = timezone.now(), call(alert, step)
    alert.called.add(*called.people)
    told = [person.pk for person in called.people]
    minutes = round((now - alert.raised_at).total_seconds() / 60)
    emit(
        "alert.escalated", alert, by=None, step=step, to=called.role, skipped=called.skipped, told=told, minutes=minutes
    )
    is_last = step >= len(alert.rules.chain)
    wait = alert.rules.repeat_minutes if is_last else alert.rules.minutes
    _call_next(alert, now + timedelta(minutes=wait))
    return alert


def _call_next(alert: Alert, when: datetime) -> None:
    due.at(when, "alerts.escalate", key=_key(alert), is_urgent=True, alert=alert.pk, step=alert.step + 1)


def _key(alert: Alert) -> str:
    return f"alert:{alert.pk}"


@action
def acknowledge_alert(alert: Alert, *, by, is_by_link: bool = False) -> Alert:
    """The first one takes it, and nobody is called any more; whoever comes later is shown who was first."""
    if not may_take(by, alert):
        raise NotAllowed(_("The safety officer takes alerts, and whoever was called for them."))
    now = timezone.now()
    if Alert.objects.open().filter(pk=alert.pk).update(acknowledged_at=now, acknowledged_by=by):
        alert.acknowledged_at, alert.acknowledged_by = now, by
        due.cancel(key=_key(alert))
        seconds = round((now - alert.raised_at).total_seconds())
        emit("alert.acknowledged", alert, by=by, seconds=seconds, way="link" if is_by_link else "page")
        return alert
    alert.refresh_from_db()
    return alert


def may_take(user, alert: Alert) -> bool:
    is_called = user.is_active and alert.called.filter(pk=user.pk).exists()
    return is_called or user.can("alerts.acknowledge", alert)


@action
def change_alert_policy(policy: AlertPolicy, *, by, **rules: Any) -> AlertPolicy:
    """A new version, for alerts from now on; `policy` is the one that the page showed."""
    if not by.can("alerts.set_policy"):
        raise NotAllowed(_("The safety officer sets how alerts go up."))
    before = {name: getattr(policy, name) for name in RULES}
    after = before | rules
    _refuse_odd(after)
    if after == before:
        return policy
    newest = AlertPolicy.objects.first()
    made, is_new = AlertPolicy.objects.get_or_create(version=policy.version + 1, defaults=after | {"created_by": by})
    if not is_new or (newest and newest.version > policy.version):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    changes = {name: [before[name], after[name]] for name in RULES if before[name] != after[name]}
    emit("alert_policy.changed", made, by=by, version=made.version, changes=changes)
    return made


def _refuse_odd(rules: dict[str, Any]) -> None:
    for name, (least, most) in BOUNDS.items():
        if not least <= rules[name] <= most:
            what = AlertPolicy._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            raise DomainError(
                _("%(what)s: between %(least)d and %(most)d.") % {"what": what, "least": least, "most": most}
            )
    chain = rules["chain"]
    if not chain or len(set(chain)) < len(chain) or not set(chain) <= set(CALLABLE):
        raise DomainError(_("Say who is told: at least one role, none of them twice."))
