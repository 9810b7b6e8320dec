"""常用筛选: filters of a list that somebody wants to find again with one tap."""

from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.events import action
from core.models import SavedView

MOST = 50
_NAME, _QUERY = SavedView._meta.get_field("name"), SavedView._meta.get_field("query")


@action
def save_view(page: str, name: str, query: str, *, by: Any) -> SavedView:
    """query: the address's parameters, without the question mark."""
    name = " ".join(name.replace("\0", " ").split())
    mine = SavedView.objects.filter(by=by, page=page)
    if not name:
        raise DomainError(_("Give the view a name."))
    if len(name) > (_NAME.max_length or 0):
        raise DomainError(_("The name is too long. %(most)d characters are enough.") % {"most": _NAME.max_length})
    if len(query) > (_QUERY.max_length or 0):
        raise DomainError(_("This filter is too long to be kept. Use fewer words."))
    # Two taps at once: the second one waits here and then finds the name taken.
    get_user_model().objects.select_for_update(no_key=True).get(pk=by.pk)
    if mine.filter(name=name).exists():
        raise DomainError(_("You have a view named “%(name)s” already. Take another name.") % {"name": name})
    if mine.count() >= MOST:
        raise DomainError(_("You keep %(most)d views already. Remove one first.") % {"most": MOST})
    return SavedView.objects.create(by=by, page=page, name=name, query=query)


@action
def forget_view(view: SavedView, *, by: Any) -> None:
    view.delete()
