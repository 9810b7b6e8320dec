"""How an alert goes up, in plain sentences."""

from datetime import timedelta

from django.utils.translation import gettext as _

from alerts.models import AlertPolicy
from core.templatetags.core_tags import span
from people.permissions import Role


def sentences(policy: AlertPolicy) -> list[str]:
    roles = [str(Role(role).label) for role in policy.chain]
    minutes, repeat = _minutes(policy.minutes), _minutes(policy.repeat_minutes)
    return [
        _("At once: whoever is on duty, by browser and by every way to their phone."),
        _("Nobody took it for %(time)s: %(who)s.") % {"time": minutes, "who": roles[0]},
        _("Each %(time)s later the next: %(who)s.") % {"time": minutes, "who": " → ".join(roles[1:])}
        if len(roles) > 1
        else _("Nobody else is called."),
        _("Then %(who)s again every %(time)s until somebody takes it.") % {"who": roles[-1], "time": repeat},
    ]


def _minutes(count: int) -> str:
    return span(timedelta(minutes=count))
