"""Who may do something with the factory as a whole."""

from typing import Any

from django.utils.translation import gettext as _

from core.errors import NotAllowed


def need_manager(user: Any) -> Any:
    if user is None or not user.is_active or not user.can("factory.manage"):
        raise NotAllowed(_("Only an administrator of the factory may do this."))
    return user
