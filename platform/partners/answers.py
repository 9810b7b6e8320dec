"""What was answered, in words."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from core.templatetags.core_tags import normal
from core.words import say
from inspections.models import Item
from partners.models import Reply


def sections_of(items: Sequence[Item]) -> dict[int, str]:
    """The section of each item by its id: the heading that begins with it, or before it."""
    found, section = {}, ""
    for item in items:
        section = say(item.section) or section
        found[item.pk] = section
    return found


def choices_of(item: Item) -> list[str]:
    if item.kind == Item.Kind.PASS_FAIL:
        return [_("In order"), _("Not in order")]
    return [say(choice) for choice in item.choices]


def words_of(item: Item, reply: Reply | None) -> str:
    if reply is None or not reply.is_answered:
        return ""
    if reply.choice is not None:
        words = choices_of(item)
        return words[reply.choice] if reply.choice < len(words) else ""
    if reply.number is not None:
        return f"{normal(reply.number)} {item.unit}".strip()
    return reply.text
