"""资质证书: which papers the factory has of the company, and the new ones."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.papers import keep_paper
from partners import actions
from partners.models import CompanyDocument
from portals.supplier.forms import DocumentForm
from portals.supplier.gate import company_page
from portals.web import page


@company_page
def index(request):
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _file(request, form)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Sent. It counts as soon as the factory has checked it."))
            return redirect("supplier:documents")
    documents = CompanyDocument.objects.filter(company=request.company).select_related("file", "checked_by")
    context = {
        "form": form,
        "documents": documents.exclude(status=CompanyDocument.Status.REPLACED),
        "old": documents.filter(status=CompanyDocument.Status.REPLACED),
    }
    return page(request, "supplier/documents.html", context, status=422 if form.errors else 200)


def _file(request, form: DocumentForm) -> CompanyDocument:
    said = {name: form.cleaned_data[name] for name in ("kind", "number", "valid_until")}
    file, _pages = keep_paper(form.cleaned_data["file"], by=request.user, stamp=request.company.name)
    return actions.file_document(request.company, by=request.user, file=file, **said)
