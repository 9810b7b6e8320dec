"""Texts that contractors sign: their gaps, and what fills them. A text with an open gap is not published."""

import hashlib
import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.words import say
from partners.models import Company, Project, SiteText
from people.models import User
from people.permissions import Role
from tenants.current import current_factory

_GAP = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_FIRST = re.compile(r"^# ")
# What the factory says once for the whole site.
OF_SITE = {
    "emergency_phone": gettext_lazy("Phone for emergencies"),
    "speed_limit": gettext_lazy("Speed limit inside, km/h"),
    "assembly_point": gettext_lazy("Assembly point"),
}
OF_PROJECT = ("factory", "company", "project", "work_area", "host_name", "host_phone", "safety_officer", "starts_on", "ends_on")  # fmt: skip


def gaps_in(body: str) -> list[str]:
    return sorted(set(_GAP.findall(body)))


def open_gaps(text: SiteText) -> list[str]:
    """What nothing fills: the site's own that are empty, and what no text can hold."""
    return [name for name in gaps_in(text.body) if name not in OF_PROJECT and not text.facts.get(name)]


def asked_of_site(text: SiteText) -> list[str]:
    return [name for name in gaps_in(text.body) if name not in OF_PROJECT]


def filled(text: SiteText, project: Project) -> str:
    """As somebody of this project reads it."""
    facts = facts_of(project.company, project) | text.facts
    return _GAP.sub(lambda gap: str(facts.get(gap[1], "")), as_shown(text.body))


def as_shown(body: str) -> str:
    """The page has a first heading of its own, so that of the text becomes a second one."""
    return _FIRST.sub("## ", body, count=1)


def facts_of(company: Company, project: Project) -> dict[str, Any]:
    officer = User.objects.holding(Role.SAFETY_OFFICER, project.department_id).order_by("pk").first()
    return {
        "factory": current_factory().name,
        "company": company.name,
        "project": project.name,
        "work_area": say(project.area.name),
        "host_name": project.host.name,
        "host_phone": project.host.phone or _("ask at the gate"),
        "safety_officer": f"{officer.name} {officer.phone or ''}".strip() if officer else _("ask at the gate"),
        "starts_on": f"{project.starts_on:%Y-%m-%d}",
        "ends_on": f"{project.ends_on:%Y-%m-%d}",
    }


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
