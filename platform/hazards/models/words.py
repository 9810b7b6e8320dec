"""What the ledger calls the facts of this room."""

from django.utils.translation import gettext_lazy as _

from core.events import register

register(
    {
        "hazard.reported": _("Reported"),
        "hazard.confirmed": _("Level confirmed"),
        "hazard.assigned": _("Assigned"),
        "hazard.handed_over": _("Handed over"),
        "hazard.started": _("Fixing started"),
        "hazard.photographed": _("Photo from before added"),
        "hazard.submitted": _("Fixed and submitted"),
        "hazard.reviewed": _("Review passed"),
        "hazard.returned": _("Returned"),
        "hazard.closed": _("Closed"),
        "hazard.merged": _("Merged"),
        "hazard.rejected": _("Not a hazard"),
        "hazard.voided": _("Declared void"),
        "hazard.escalated": _("Passed on to the next level"),
        "hazard.outsider_invited": _("Somebody from outside invited"),
        "hazard.outsider_dismissed": _("Link for somebody from outside ended"),
        "hazard.extension_requested": _("More time asked for"),
        "hazard.extension_decided": _("Request for more time decided"),
        "hazard.locked": _("Machine put out of service"),
        "hazard.unlocked": _("Lock of this hazard lifted"),
        "hazard.unassigned": _("Nobody was named to fix it"),
        "category.routed": _("Team for a category named"),
        "hazard.categorised": _("Kind corrected"),
        "hazard.imported": _("Read in from an old list"),
        "hazards.imported": _("Old list of hazards read in"),
        "tip.answered": _("Answered who reported it"),
        "tip.replied": _("Who reported it wrote again"),
        "tip.read": _("Messages of who reported it read"),
        "maintainer.kept": _("Outside maintainer written down"),
    }
)
