from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from adoption.models import Appeal, HelpCall, Pair, Ranking, Result, Reward
from billing.models import Subscription
from hazards.models import Hazard, JointGroup, RectificationPlan, Thread
from incidents.models import Drill, DrillDuty, Incident
from insight.models import Countermeasure, Report, Search
from inspections.models import Pause, Run
from notifications.reading import open_notices
from partners.models import (
    Ban,
    Carried,
    Company,
    CompanyDocument,
    Consent,
    CorrectiveAction,
    CrewMember,
    EntryPermit,
    Project,
    SelfInspection,
    SiteText,
    Violation,
    WorkPermit,
)
from people.models import Absence, SupportAccess
from portals.supplier.gate import home_of, is_partner
from risks.models import Risk
from sharing.models import Template
from tenants.models import Factory
from training.models import Certificate, Clearance, Course, Enrolment, Exam, Licence, TrainingSession


@login_required
def home(request):
    """The desk for those who work at one, the own portal for partners, the phone's home for everybody else."""
    if is_partner(request.user):
        return redirect(home_of(request.user))
    if request.user.can("gate.check") and not request.user.can("console.open"):
        return redirect("gate:home")
    return redirect("console:home" if request.user.can("console.open") else "field:home")


@login_required
def go(request, kind: str, pk: str):
    """One address per object for messages: it leads to the page that fits the reader, who has read them by then."""
    finds = {
        Hazard._meta.label_lower: _to_hazard,
        JointGroup._meta.label_lower: _to_group,
        Thread._meta.label_lower: _to_thread,
        Run._meta.label_lower: _to_run,
        Search._meta.label_lower: lambda user, pk: redirect("console:patterns"),
        Countermeasure._meta.label_lower: lambda user, pk: redirect("console:countermeasure", pk=pk),
        Report._meta.label_lower: lambda user, pk: redirect("console:reports"),
        Pause._meta.label_lower: _to_pause,
        RectificationPlan._meta.label_lower: _to_plan,
        Course._meta.label_lower: lambda user, pk: redirect("field:learn"),
        Enrolment._meta.label_lower: lambda user, pk: redirect("field:learn"),
        Exam._meta.label_lower: lambda user, pk: redirect("field:learn"),
        TrainingSession._meta.label_lower: lambda user, pk: redirect("field:class", pk=pk),
        Certificate._meta.label_lower: lambda user, pk: redirect("field:certificate", pk=pk),
        Licence._meta.label_lower: _to_licence,
        Clearance._meta.label_lower: _to_clearance,
        Company._meta.label_lower: _to_company,
        SelfInspection._meta.label_lower: _to_report,
        CompanyDocument._meta.label_lower: _to_document,
        Project._meta.label_lower: _to_project,
        CrewMember._meta.label_lower: _to_crew,
        WorkPermit._meta.label_lower: _to_work,
        Violation._meta.label_lower: lambda user, pk: _to_crew(user, _seen(Violation, user, pk).member_id),
        Ban._meta.label_lower: _to_ban,
        Consent._meta.label_lower: _to_consent,
        Carried._meta.label_lower: _to_carried,
        EntryPermit._meta.label_lower: _to_permit,
        SiteText._meta.label_lower: lambda user, pk: redirect(
            "contractor:home" if is_partner(user) else "console:site_texts"
        ),
        Factory._meta.label_lower: lambda user, pk: redirect("console:whole"),
        Subscription._meta.label_lower: lambda user, pk: redirect("console:billing"),
        SupportAccess._meta.label_lower: lambda user, pk: redirect("console:support"),
        Ranking._meta.label_lower: lambda user, pk: _to_month(user, _seen(Ranking, user, pk).month),
        Result._meta.label_lower: lambda user, pk: _to_month(user, _seen(Result, user, pk).ranking.month),
        Appeal._meta.label_lower: lambda user, pk: _to_month(user, _seen(Appeal, user, pk).month),
        Reward._meta.label_lower: lambda user, pk: _to_month(user, _seen(Reward, user, pk).month),
        Pair._meta.label_lower: _to_pair,
        HelpCall._meta.label_lower: lambda user, pk: _to_pair(user, _seen(HelpCall, user, pk).pair_id),
        Absence._meta.label_lower: lambda user, pk: redirect("field:me"),
        Risk._meta.label_lower: _to_risk,
        Incident._meta.label_lower: _to_incident,
        Drill._meta.label_lower: lambda user, pk: redirect("console:drill", pk=pk),
        DrillDuty._meta.label_lower: lambda user, pk: redirect("console:drills"),
    }
    if kind == Template._meta.label_lower:  # its number is no number
        return redirect("console:templates")
    if kind not in finds or not pk.isdecimal():
        raise Http404
    found = finds[kind](request.user, int(pk))
    open_notices(by=request.user, url=request.path)
    return found


def _to_company(user, pk: int):
    if is_partner(user):
        return redirect(home_of(user))
    company = get_object_or_404(Company.objects.visible_to(user), pk=pk)
    is_contractor = company.kind == Company.Kind.CONTRACTOR
    return redirect("console:contractor" if is_contractor else "console:supplier", pk=pk)


def _to_project(user, pk: int):
    project = get_object_or_404(Project.objects.visible_to(user), pk=pk)
    return redirect("contractor:home") if is_partner(user) else redirect("console:contractor", pk=project.company_id)


def _to_crew(user, pk: int):
    member = get_object_or_404(CrewMember.objects.visible_to(user), pk=pk)
    return redirect("contractor:home") if is_partner(user) else redirect("console:crew", pk=member.pk)


def _seen(model, user, pk: int):
    return get_object_or_404(model.objects.visible_to(user), pk=pk)


def _to_month(user, month: date):
    is_judge = user.can("adoption.award")
    return redirect("console:month" if is_judge else "field:month", month=f"{month:%Y-%m}")


def _to_pair(user, pk: int):
    pair = _seen(Pair, user, pk)
    is_own = user.pk in (pair.mentor_id, pair.mentee_id)
    return redirect("field:buddy" if is_own else "console:pair", pk=pair.pk)


def _to_risk(user, pk: int):
    risk = _seen(Risk, user, pk)
    if user.can("risks.view"):
        return redirect("console:risk", pk=risk.pk)
    return redirect("field:area_risks", pk=risk.area_id)


def _to_incident(user, pk: int):
    incident = _seen(Incident, user, pk)
    return redirect("console:incident" if user.can("incidents.view") else "field:incident", pk=incident.pk)


def _to_work(user, pk: int):
    permit = _seen(WorkPermit, user, pk)
    return redirect("contractor:work" if is_partner(user) else "console:work", pk=permit.pk)


def _to_ban(user, pk: int):
    found = _seen(Ban, user, pk)
    return redirect("contractor:appeal", pk=pk) if is_partner(user) else redirect("console:crew", pk=found.member_id)


def _to_consent(user, pk: int):
    consent = _seen(Consent, user, pk)
    if consent.company is None:
        return redirect("contractor:passport")
    return redirect("supplier:passport" if home_of(user) == "supplier:home" else "contractor:company_passport")


def _to_carried(user, pk: int):
    """To the last place of the person, or to the company."""
    found = _seen(Carried, user, pk)
    place = found.user and found.user.crew_places.first()
    return _to_crew(user, place.pk) if place else _to_company(user, found.company_id)


def _to_permit(user, pk: int):
    return _to_crew(user, get_object_or_404(EntryPermit.objects.visible_to(user), pk=pk).member_id)


def _to_report(user, pk: int):
    report = get_object_or_404(SelfInspection.objects.visible_to(user), pk=pk)
    return redirect("supplier:report" if is_partner(user) else "console:self_inspection", pk=report.pk)


def _to_document(user, pk: int):
    document = get_object_or_404(CompanyDocument.objects.visible_to(user), pk=pk)
    if is_partner(user):
        return redirect("supplier:documents" if home_of(user) == "supplier:home" else "contractor:company")
    return _to_company(user, document.company_id)


def _to_hazard(user, pk: int):
    if is_partner(user):
        shared = CorrectiveAction.objects.visible_to(user)
        return redirect("supplier:correction", pk=get_object_or_404(shared, hazard=pk).pk)
    return redirect("console:hazard" if user.can("console.open") else "field:rectify", pk=pk)


def _to_plan(user, pk: int):
    plan = get_object_or_404(RectificationPlan.objects.visible_to(user), pk=pk)
    return _to_hazard(user, plan.hazard_id)


def _to_group(user, pk: int):
    group = get_object_or_404(JointGroup.objects.visible_to(user), pk=pk)
    return redirect("console:group" if user.can("console.open") else "field:group", pk=group.hazard_id)


def _to_thread(user, pk: int):
    """At the desk the talk stands beside what it is about; on the phone it has a page of its own."""
    thread = get_object_or_404(Thread.objects.visible_to(user), pk=pk)
    if user.can("console.open") and not JointGroup.objects.filter(hazard=thread.hazard_id).exists():
        return redirect(reverse("console:hazard", args=[thread.hazard_id]) + "#talk")
    return redirect("console:group" if user.can("console.open") else "field:group", pk=thread.hazard_id)


def _to_licence(user, pk: int):
    """The own one on the phone, for whoever looks after them at the desk."""
    licence = get_object_or_404(Licence.objects.visible_to(user), pk=pk)
    if is_partner(user):
        return redirect(home_of(user))
    is_own = licence.person_id == user.pk or not user.can("console.open")
    return redirect("field:licences") if is_own else redirect("console:licence", pk=pk)


def _to_clearance(user, pk: int):
    clearance = get_object_or_404(Clearance.objects.visible_to(user), pk=pk)
    is_own = clearance.person_id == user.pk or not user.can("console.open")
    return redirect("field:licences" if is_own else "console:clearances")


def _to_run(user, pk: int):
    """To the phone for whoever has to do it, to the record for whoever answers for it."""
    run = get_object_or_404(Run.objects.visible_to(user), pk=pk)
    tasks = Run.objects.assigned_to(user).due_now().filter(plan=run.plan_id, opens_at=run.opens_at)
    if tasks.count() > 1:
        return redirect("field:home")
    if user.can("console.open") and not tasks:
        return redirect("console:run", pk=pk)
    return redirect("field:run", pk=pk)


def _to_pause(user, pk: int):
    pause = get_object_or_404(Pause.objects.visible_to(user).select_related("equipment"), pk=pk)
    if user.can("console.open"):
        return redirect("console:pauses")
    point = pause.equipment.qr_points.filter(revoked_at=None).first()
    return redirect("field:qr", token=point.code) if point else redirect("field:home")
