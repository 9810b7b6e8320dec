"""For the contractor's administrator: projects, papers, the agreement, and what the crew still lacks."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core.errors import Refusal
from core.papers import keep_paper
from partners import actions
from partners.entry import current_text, gaps_of
from partners.models import Ban, CompanyDocument, CrewMember, Project, SiteText
from partners.texts import filled
from portals.contractor.forms import PaperForm
from portals.contractor.gate import contractor_page, portal_page
from portals.contractor.views.way import signature_in
from portals.web import page


@contractor_page
def index(request):
    """Everything of the company on one page."""
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = {name: form.cleaned_data[name] for name in ("kind", "number", "valid_until")}
            file, _pages = keep_paper(form.cleaned_data["file"], by=request.user, stamp=request.company.name)
            actions.file_document(request.company, by=request.user, file=file, **said)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Sent. It counts as soon as the factory has checked it."))
            return redirect("contractor:company")
    crew = list(CrewMember.objects.near().staying().filter(project__company=request.company)[:200])
    gaps = gaps_of(crew)
    documents = list(request.company.documents.exclude(status=CompanyDocument.Status.REPLACED).select_related("file"))
    agreements = [one for one in documents if one.kind == CompanyDocument.Kind.AGREEMENT]
    context = {
        "form": form,
        "documents": documents,
        "projects": request.company.projects.select_related("area", "host"),
        "crew": [(member, gaps[member.pk]) for member in crew],
        "text": current_text(SiteText.Kind.AGREEMENT),
        "is_signed": any(one.standing in ("filed", "valid") for one in agreements),
    }
    return page(request, "contractor/company.html", context, status=422 if form.errors else 200)


@contractor_page
def agreement(request, pk: int):
    """Read and signed on the screen; the paper of it waits for the factory."""
    projects = Project.objects.filter(company=request.company).select_related("area", "host", "company")
    project, text = get_object_or_404(projects, pk=pk), current_text(SiteText.Kind.AGREEMENT)
    refusal = "" if text else _("There is no agreement text yet. Ask the factory.")
    if request.method == "POST" and text:
        try:
            actions.sign_agreement(project, signature_in(request), by=request.user, text=text)
        except Refusal as said:
            refusal = said.message
        else:
            messages.success(request, _("Signed. It counts as soon as the factory has checked it."))
            return redirect("contractor:company")
    words = filled(text, project) if text else ""
    context = {"project": project, "text": text, "words": words, "refusal": refusal}
    return page(
        request, "contractor/agreement.html", context, status=422 if refusal and request.method == "POST" else 200
    )


@portal_page
def appeal(request, pk: int):
    """Somebody is on the blacklist: why, the evidence, and the one objection."""
    bans = Ban.objects.visible_to(request.user).select_related("member__user", "evidence", "member__project__company")
    found, refusal = get_object_or_404(bans, pk=pk), ""
    if request.method == "POST":
        try:
            actions.appeal(found, by=request.user, text=request.POST.get("text", "").replace("\0", ""))
        except Refusal as said:
            refusal = said.message
        else:
            messages.success(request, _("Sent. A leader of the factory decides."))
            return redirect("contractor:appeal", pk=pk)
    typed = request.POST.get("text", "")[:500]
    context = {"ban": found, "refusal": refusal, "typed": typed}
    return page(request, "contractor/appeal.html", context, status=422 if refusal else 200)
