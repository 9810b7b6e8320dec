"""What may still be changed in a factory whose paid time is over: safety first, then only reading and taking along.

Whatever is read stays readable. A new page of the desk counts as settings until it is named here.
"""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.typed import typed_in
from portals.web import refusal_page
from tenants.standing import Standing

_LOOKS = {"GET", "HEAD", "OPTIONS"}
# Of the desk, while settings stand still: what finds a hazard and gets it fixed, and who may come in and work.
SAFETY = {
    f"console:{name}"
    for name in (
        "nudge", "settle_doubt", "record_hazard", "categorise", "answer_tip", "group_act", "decide", "publish_hazards",
        "notice_paper", "decide_pause", "close_account", "lend", "end_clearance", "confirm_licence", "decline_licence",
        "withdraw_licence", "review_licence", "revoke_certificate", "work_act", "decide_crew", "contractor_act",
        "decide_report", "add_incident", "edit_incident", "incident_causes", "incident_act", "accident_report",
        "print_incident", "drill_sheet", "follow_drill", "nudge_learners", "class_code", "enter_attendance", "class_photos", "sensor_act",
        "renew_machine_label", "renew_area_label", "copy_roster", "roster", "save_hazards", "save_runs",
        "save_self_inspections", "forget_view", "repeat_message", "revoke_screen", "answer_appeal", "end_pair",
    )
}  # fmt: skip
# While only reading is left: paying, taking everything along, looking the ledger over, what was done before on a phone,
# and no longer being named.
READING = {
    f"console:{name}"
    for name in (
        "pay", "change_size", "withdraw_payment", "customer_page", "export_hazards", "print_hazards", "export_book",
        "export_paper", "export_self_inspections", "print_self_inspections", "record_book", "record_paper",
        "audit_pack", "export_training_figures", "export_questions", "print_certificates", "government_book",
        "government_paper", "print_labels", "stop_job", "repeat_job", "feed_act", "ledger_verify", "check_exam",
        "export_incidents", "export_alerts", "print_incident", "print_drill", "evidence", "lend_evidence", "close_evidence", "order_report", "order_export", "ask_deletion", "stop_deletion", "offer_support", "allow_support", "refuse_support", "end_support", "drop_second_factor",
    )
} | {
    "language", "theme", "text_size", "welcome", "support_enter", "put_away", "acknowledge", "alert_link", "push_shown", "field:feed_act",
    "field:push_on", "field:push_off", "field:push_renew", "field:sync_run", "field:sync_file", "field:sync_report",
    "field:sync_report_file", "field:sync_incident", "field:sync_incident_file", "field:show_name", "supplier:login", "supplier:feed_act", "contractor:feed_act",
}  # fmt: skip
STATUS = 402


class StandingMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.tenant is None or request.method in _LOOKS:
            return None
        standing = request.tenant.standing
        if goes_on(standing, request.resolver_match.view_name):
            return None
        return refusal_page(request, STATUS, _sentence(request, standing), typed_in(request))


def goes_on(standing: str, name: str) -> bool:
    """name: of the address, with its namespace."""
    if standing == Standing.OPEN or name in READING or name.startswith("account_"):
        return True
    return standing == Standing.SAFETY_ONLY and (name in SAFETY or not name.startswith("console:"))


def _sentence(request: HttpRequest, standing: str) -> str:
    if standing == Standing.READ_ONLY:
        return _(
            "Your factory is read only because nothing was paid. All can be read and exported. Whoever looks after payment goes on under “Payment”."
        )
    words = {"day": f"{timezone.localtime(request.tenant.safety_until):%Y-%m-%d}"}  # type: ignore[attr-defined]  # FactoryMiddleware sets it
    return (
        _(
            "Settings stand still because nothing was paid. Reporting and fixing hazards goes on until %(day)s. Whoever looks after payment goes on under “Payment”."
        )
        % words
    )
