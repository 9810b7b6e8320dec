"""What a factory's history says of the whole of it."""

from django.utils.translation import gettext_lazy as _

from core.events import register

register({
    "factory.exported": _("All data exported"),
    "factory.copied": _("Opened as a copy by the operator of the service"),
    "factory.renamed": _("New address of the factory"),
    "factory.deletion_asked": _("Deletion of the factory asked for"),
    "factory.deletion_near": _("The factory is deleted soon"),
    "factory.deletion_stopped": _("The factory is not deleted after all"),
})  # fmt: skip
