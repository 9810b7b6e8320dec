"""One rule of the catalogue: who hears of an event, how it is said, and by which ways."""

from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.audiences import AUDIENCES, Audience


class Way(TextChoices):
    """How somebody hears of it. The robot speaks to the group, the others to the person."""

    BROWSER = "browser", _("Browser")
    SMS = "sms", _("SMS")
    PUSH = "push", _("Phone push")
    EMAIL = "email", _("Mail")
    ROBOT = "robot", _("Group robot")


class Urgency(TextChoices):
    URGENT = "urgent", _("Urgent")
    LEVEL = "level", _("By the hazard's level")
    PLAIN = "plain", _("Ordinary")


HERE = (Way.BROWSER,)
PHONE = (Way.BROWSER, Way.PUSH)
GROUP = (Way.BROWSER, Way.ROBOT)
LATER = (Way.BROWSER, Way.PUSH, Way.EMAIL)
ALL = tuple(Way)
BY_LEVEL: dict[str, Any] = {"urgency": Urgency.LEVEL}
PRESSES = BY_LEVEL | {"presses": True}
WAITS: dict[str, Any] = {"channels": LATER, "is_digest": True}


@dataclass(frozen=True)
class Rule:
    """event → audience → channels. `line` is filled from the subject and the event's data.

    Where the urgency is that of the level, STANDARD_OF_LEVELS says how; presses: at a major hazard it is urgent.
    is_digest: on the phone it may wait for the next summary. who: the audience in words, where its function has none.
    looks_at names a part of open pages that fetches itself again, also for people who get no notification: of those
    who take alerts there, or of `lookers`.
    """

    event: str
    audience: Audience
    line: str | Promise
    channels: tuple[str, ...] = HERE
    urgency: str = Urgency.PLAIN
    presses: bool = False
    is_digest: bool = False
    who: str | Promise = ""
    looks_at: str = ""
    lookers: Audience | None = None

    @property
    def is_urgent(self) -> bool:
        return self.urgency == Urgency.URGENT

    @property
    def audience_words(self) -> str | Promise:
        return self.who or AUDIENCES[self.audience]


@dataclass(frozen=True)
class Standard:
    """By which ways, and whether it may wait for the summary."""

    channels: tuple[str, ...]
    is_digest: bool = False
