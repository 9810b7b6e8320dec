"""How time, levels and statuses look on every page. Builtin in all templates."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.events import word_of
from core.prose import prose
from core.words import figure
from core.words import say as _say
from core.words import wordings as _wordings

register = template.Library()
register.filter("say", _say)
register.filter("prose", prose)


@register.filter
def wordings(words: dict | str | None) -> str:
    """In every language there is, where nothing may be left unseen."""
    return " / ".join(_wordings(words))


# Levels of hazards and colours of areas share four shapes; the words are those of the models.
_RANKS = {"major": 1, "serious": 2, "general": 3, "red": 1, "orange": 2, "yellow": 3, "blue": 4}
_LEVEL_WORDS = {
    "major": gettext_lazy("Major"),
    "serious": gettext_lazy("Serious"),
    "general": gettext_lazy("General"),
    "red": gettext_lazy("Critical risk"),
    "orange": gettext_lazy("Major risk"),
    "yellow": gettext_lazy("Ordinary risk"),
    "blue": gettext_lazy("Low risk"),
}
_TONES = {
    "ok": {"closed", "done", "pass", "in_service", "delivered", "kept"},
    "bad": {"missed", "fail", "failed"},
    "now": {"doing", "rectifying", "first_review", "second_review", "final_review", "head_review", "running"},
}


@register.simple_tag
def icon(name: str) -> str:
    """An outline icon of the sprite. Names stand written out in templates: the build draws those it finds."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("vendor/icons.svg"), name
    )


@register.filter
def yuan(fen: int) -> str:
    """¥2,400.00 from 240000 fen."""
    return f"¥{fen // 100:,}.{fen % 100:02}"


@register.simple_tag
def shape(level: str) -> str:
    """The shape of a level: octagon, triangle, diamond, circle. Colour never stands alone."""
    number = rank(level)
    drawing = '<svg class="icon shape c{}" aria-hidden="true"><use href="{}#risk-{}"/></svg>'
    return format_html(drawing, number, static("img/risk.svg"), number)


@register.filter
def rank(level: str) -> int:
    """Number of the risk shape, 1 the worst; 4 for what is unknown."""
    return _RANKS.get(str(level), 4)


@register.filter
def level_word(level: str) -> str:
    return str(_LEVEL_WORDS.get(str(level), level))


@register.filter
def event_word(event: Any) -> str:
    return word_of(event.name)


@register.filter
def who(event: Any) -> str:
    """Who did it; where nobody with an account did, what it came as."""
    if event.actor:
        return event.actor.name
    if event.data.get("source") == "tip":
        return _("Anonymous")
    return event.data.get("reported_as") or _("the clock")


@register.filter
def tone(status: str) -> str:
    return next((name for name, statuses in _TONES.items() if str(status) in statuses), "")


def span(time: timedelta) -> str:
    """A length of time as people say it, two units at most."""
    minutes = int(abs(time).total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return (_("%(d)d d %(h)d h") if hours else _("%(d)d d")) % {"d": days, "h": hours}
    if hours:
        return (_("%(h)d h %(m)d min") if minutes else _("%(h)d h")) % {"h": hours, "m": minutes}
    return _("%(m)d min") % {"m": minutes}


@register.filter
def length_words(time: timedelta | None) -> str:
    """A length of time; below two minutes in seconds."""
    if time is None:
        return ""
    seconds = round(time.total_seconds())
    return _("%(s)d s") % {"s": seconds} if seconds < 120 else span(time)


@register.filter
def hms(moment: datetime | None) -> str:
    """The time of a day that is said beside it, to the second."""
    return f"{timezone.localtime(moment):%H:%M:%S}" if moment else ""


@register.filter
def left(until: datetime | None) -> str:
    """“5 h 12 min left”, or “2 h late”."""
    if until is None:
        return ""
    time = until - timezone.now()
    return (_("%(time)s late") if time < timedelta() else _("%(time)s left")) % {"time": span(time)}


@register.filter
def pressure(until: datetime) -> str:
    """late, soon (12 hours or less) or empty: how loud the time left is shown."""
    time = until - timezone.now()
    return "late" if time < timedelta() else "soon" if time <= timedelta(hours=12) else ""


@register.simple_tag
def time_words() -> str:
    """The patterns of |left for the script that counts on, as data attributes."""
    patterns = {
        "left": _("%(time)s left"),
        "late": _("%(time)s late"),
        "days": _("%(d)d d %(h)d h"),
        "day": _("%(d)d d"),
        "hours": _("%(h)d h %(m)d min"),
        "hour": _("%(h)d h"),
        "minutes": _("%(m)d min"),
    }
    return format_html_join(" ", 'data-{}="{}"', patterns.items())


@register.filter
def age(since: datetime | None) -> str:
    if since is None:
        return ""
    time = timezone.now() - since
    return _("just now") if time < timedelta(minutes=1) else _("%(time)s ago") % {"time": span(time)}


@register.filter
def clock(moment: datetime | None) -> str:
    """Day and time in the factory's zone, the day by its name when it is near."""
    if moment is None:
        return ""
    local, today = timezone.localtime(moment), timezone.localdate()
    names = {-1: _("yesterday %(time)s"), 0: _("today %(time)s"), 1: _("tomorrow %(time)s")}
    near = names.get((local.date() - today).days)
    if near:
        return near % {"time": f"{local:%H:%M}"}
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M}"


@register.filter
def chance(probability: float) -> str:
    """Two digits are enough, and what is next to nothing is said so."""
    return f"{probability:.2g}" if probability >= 0.0001 else "< 0.0001"


@register.filter
def moment(text: str) -> datetime | None:
    """A time as an event's data holds it."""
    return parse_datetime(str(text))


@register.filter
def exact(moment: datetime | None) -> str:
    """To the second, in the factory's zone: for records that are evidence."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else ""


@register.filter
def described_by(bound: Any) -> str:
    """Ids of a form field's help and error, for aria-describedby."""
    ids = [f"{bound.auto_id}_help"] if bound.help_text else []
    return " ".join(ids + ([f"{bound.auto_id}_error"] if bound.errors else []))


@register.filter
def control(bound: Any) -> Any:
    """The field's input with the look of its kind and its error tied to it."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "")
    look = {"checkbox": "form-check-input", "radio": "form-check-input", "select": "form-select"}.get(
        kind, "form-control"
    )
    given = widget.attrs.get("class", "")
    attrs = {"class": f"{look} {given} {'is-invalid' if bound.errors else ''}".strip()}
    if described_by(bound):
        attrs["aria-describedby"] = described_by(bound)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return bound.as_widget(attrs=attrs)


@register.filter
def chosen(bound: Any) -> str:
    """The label of what stands in a field of choices."""
    return next((str(label) for value, label in bound.field.choices if str(value) == str(bound.value())), "…")


@register.filter
def is_group(bound: Any) -> bool:
    """Several inputs under one legend: radios or check boxes."""
    return bool(bound.field.widget.use_fieldset)


@register.filter
def initial(name: str) -> str:
    """What stands in the circle for a person without a picture."""
    return str(name).strip()[:1].upper()


@register.filter
def minutes_up(seconds: int) -> int:
    """Whole minutes, the begun one counted."""
    return -(-seconds // 60)


@register.filter
def normal(number: Decimal | int | None) -> str:
    """A decimal without the zeros that the database adds."""
    return "" if number is None else f"{Decimal(number).normalize():f}"


@register.filter
def money(minor: int | None) -> str:
    """Minor units as an amount: 125000 → 1,250.00."""
    return "" if minor is None else f"{minor / 100:,.2f}"


@register.filter
def from_top(share: int | None) -> int:
    """Where a bar of so many of a hundred begins, counted from above."""
    return 100 - (share or 0)


@register.filter
def at(mapping: dict[str, Any], key: str) -> Any:
    return mapping.get(key, "")


@register.filter
def reading(value: float | None, unit: str) -> str:
    """A measured value with its unit."""
    return f"{figure(value)} {unit}".strip()
