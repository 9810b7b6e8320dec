"""Which factories somebody belongs to: told only to whoever has shown that the phone or e-mail address is theirs."""

from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.errors import Refusal
from portals.public.cookies import Purpose, forget, keep, known
from portals.public.forms import CodeForm, ContactForm
from portals.public.views.starting import address_of_visitor
from signups import actions
from signups.contacts import masked
from signups.models import Proof
from signups.whereabouts import factories_of
from tenants.addresses import address_of


@never_cache
def ask(request):
    """The answer is the same whether anybody is known or not: a code is sent."""
    form = ContactForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "public/find.html", {"form": form}, status=422 if form.errors else 200)
    language, address = get_language(), address_of_visitor(request)
    try:
        _proof, token = actions.ask(form.cleaned_data["contact"], Purpose.FIND, language=language, address=address)
    except Refusal as refused:
        form.add_error("contact", refused.message)
        return render(request, "public/find.html", {"form": form}, status=refused.status)
    return keep(redirect("public:find_code"), token, Purpose.FIND)


@never_cache
def code(request):
    proof = known(request, Purpose.FIND)
    if proof is None or proof.confirmed_at:
        return redirect("public:found" if proof else "public:find_mine")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.confirm(proof, form.cleaned_data["code"])
            return redirect("public:found")
        except Refusal as refused:
            form.add_error("code", refused.message)
    return render(request, "public/find_code.html", _context(proof, form), status=422 if form.errors else 200)


def _context(proof: Proof, form: CodeForm) -> dict[str, object]:
    return {
        "proof": proof,
        "form": form,
        "sent_to": masked(proof.address),
        "demo_code": actions.demo_code(proof),
    }


@never_cache
@require_safe
def found(request):
    proof = known(request, Purpose.FIND)
    if proof is None or not proof.confirmed_at:
        return redirect("public:find_code" if proof else "public:find_mine")
    rows = [(factory, address_of(factory)) for factory in factories_of(proof)]
    return render(request, "public/found.html", {"rows": rows, "sent_to": masked(proof.address)})


@require_POST
def done(request):
    """The browser may be another's: nothing of it stays there."""
    return forget(redirect("public:landing"), Purpose.FIND)
