"""From a notice to the ways it takes besides the page: robots of chat groups, phones by Web Push, e-mail."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import translation

from core.models import Event
from notifications.catalogue import Rule
from notifications.channels import with_calls
from notifications.models import Message, Notification, Robot
from notifications.sending import queue
from notifications.summaries import LANGUAGE, MOST_CALLS


def robots_for(rule: Rule, subject: Any) -> list[Robot]:
    """Those of the subject's workshop and of what it belongs to, and those of the whole factory."""
    if not (rule.is_urgent or "robot" in rule.channels):
        return []
    above, department = [], getattr(subject, "department", None)
    while department and department.pk not in above:
        above.append(department.pk)
        department = department.parent
    return list(Robot.objects.filter(Q(department=None) | Q(department__in=above), is_active=True))


def tell_robots(rule: Rule, event: Event, subject: Any, line: str, url: str, called: Iterable[Notification]) -> None:
    """One message per robot and event, not per person; who has to act is called by the mobile number."""
    phones = [note.user.phone for note in called if note.user.phone][:MOST_CALLS]
    facts: dict[str, Any] = {
        "is_urgent": rule.is_urgent,
        "alert_id": subject.pk if event.subject_type == "alerts.alert" else None,
    }
    for robot in robots_for(rule, subject):
        key = f"event:{event.pk}:robot:{robot.pk}"
        queue(robot.kind, robot.name, with_calls(line, phones), key=key, robot=robot, url=url, **facts)


def in_groups() -> Any:
    """The language in which groups are spoken to."""
    return translation.override(LANGUAGE)


def tell_phone_and_mail(rule: Rule, note: Notification) -> None:
    """Every browser that the person switched notices on in, and the person's e-mail."""
    facts: dict[str, Any] = {
        "notification": note,
        "person": note.user,
        "is_urgent": note.is_urgent,
        "alert_id": note.alert_id,
        "url": note.url,
    }
    if "push" in rule.channels:
        for browser in note.user.push_subscriptions.all():
            key = f"note:{note.pk}:push:{browser.pk}"
            queue(Message.Channel.PUSH, browser.device, note.line, key=key, subscription=browser, **facts)
    if "email" in rule.channels and note.user.email:
        queue(Message.Channel.EMAIL, note.user.email, note.line, key=f"note:{note.pk}:email", **facts)
