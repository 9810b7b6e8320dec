"""From a phone number to the own factory, in three forms; each is kept, and can be gone on with for some days."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing.actions import TRIAL
from core.errors import Refusal
from portals.public.cookies import Purpose, forget, keep, known
from portals.public.forms import CodeForm, FactoryForm, StartForm
from portals.public.legal import DAY
from portals.web import page
from signups import actions
from signups.contacts import masked
from signups.models import Proof, SignUp
from signups.naming import suggest
from signups.progress import stages
from tenants.addresses import address_of
from tenants.slugs import SlugRefused, check_slug


@never_cache
def start(request):
    """GET shows, POST sends the code. Whoever is on the way is led to where they stopped."""
    proof = known(request, Purpose.SIGN_UP)
    if request.method != "POST":
        return redirect(_next(proof)) if proof and proof.confirmed_at else _ask(request, StartForm())
    form = StartForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, 422)
    try:
        _proof, token = actions.ask(
            form.cleaned_data["contact"],
            Purpose.SIGN_UP,
            language=get_language(),
            address=address_of_visitor(request),
            agreed_to=DAY,
        )
    except Refusal as refused:
        form.add_error("contact", refused.message)
        return _ask(request, form, refused.status)
    return keep(redirect("public:code"), token, Purpose.SIGN_UP)


def _ask(request, form: StartForm, status: int = 200):
    return render(request, "public/start.html", {"form": form, "days": TRIAL.days}, status=status)


def _next(proof: Proof | None) -> str:
    """Where this browser stands on its way."""
    if proof is None:
        return "public:start"
    if not proof.confirmed_at:
        return "public:code"
    row = getattr(proof, "sign_up", None)
    return "public:factory" if row is None or row.status == SignUp.Status.SENT_BACK else "public:progress"


def address_of_visitor(request) -> str:
    return get_adapter(request).get_client_ip(request)


@never_cache
def code(request):
    proof = known(request, Purpose.SIGN_UP)
    if proof is None or proof.confirmed_at:
        return redirect(_next(proof))
    if request.method != "POST":
        return _show_code(request, proof, CodeForm())
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            actions.confirm(proof, form.cleaned_data["code"])
            return redirect(_next(proof))
        except Refusal as refused:
            form.add_error("code", refused.message)
    return _show_code(request, proof, form, 422)


def _show_code(request, proof: Proof, form: CodeForm, status: int = 200, refusal: str = ""):
    context = {"proof": proof, "form": form, "sent_to": masked(proof.address), "demo_code": actions.demo_code(proof)}
    return render(request, "public/code.html", {**context, "refusal": refusal}, status=status)


@require_POST
def code_again(request):
    proof = known(request, Purpose.SIGN_UP)
    if proof is None:
        return redirect("public:start")
    try:
        actions.ask_again(proof, address=address_of_visitor(request))
    except Refusal as refused:
        return _show_code(request, proof, CodeForm(), refused.status, refused.message)
    return redirect("public:code")


@require_POST
def other(request):
    """With another phone or address; what was begun is forgotten by itself."""
    return forget(redirect("public:start"), Purpose.SIGN_UP)


@never_cache
def factory(request):
    """The form; its order is worked off by a worker, while the next page shows how far it is."""
    proof = known(request, Purpose.SIGN_UP)
    if proof is None or _next(proof) != "public:factory":
        return redirect(_next(proof))
    sent_back = getattr(proof, "sign_up", None)
    if request.method != "POST":
        return _show_factory(request, FactoryForm(initial=_wish_of(sent_back)), reason=sent_back and sent_back.fault)
    form = FactoryForm(request.POST)
    if not form.is_valid():
        return _show_factory(request, form, 422)
    wish = actions.Wish(**form.cleaned_data)
    try:
        actions.order_factory(
            proof, wish._replace(slug=wish.slug or suggest(wish.name)), address=address_of_visitor(request)
        )
    except Refusal as refused:
        form.add_error("slug" if isinstance(refused, actions.BadSlug) else None, refused.message)
        return _show_factory(request, form, refused.status)
    return redirect("public:progress")


def _wish_of(row: SignUp | None) -> dict[str, str]:
    return {name: getattr(row, name) for name in actions.Wish._fields} if row else {}


def _show_factory(request, form: FactoryForm, status: int = 200, reason: str | None = ""):
    context = {"form": form, "base_domain": settings.BASE_DOMAIN, "reason": reason}
    return render(request, "public/factory.html", context, status=status)


@never_cache
@require_safe
def address(request):
    """For the open form: a short name from the name, or why the one that was typed cannot be had."""
    if _next(known(request, Purpose.SIGN_UP)) != "public:factory":
        return redirect("public:start")
    form = FactoryForm(request.GET)
    form.is_valid()
    slug = form.cleaned_data.get("slug", "") or suggest(form.cleaned_data.get("name", ""))
    return JsonResponse({"slug": slug, "fault": _fault_of(slug)})


def _fault_of(slug: str) -> str:
    try:
        check_slug(slug)
    except SlugRefused as refused:
        return str(refused) if slug else ""
    return ""


@never_cache
@require_safe
def progress(request):
    """Looks itself up as the socket says, without script every few seconds, and leads on when the factory is open."""
    proof = known(request, Purpose.SIGN_UP)
    if proof is None or _next(proof) != "public:progress":
        return redirect(_next(proof))
    row = proof.sign_up
    context = {"row": row, "stages": stages(row), "sent_to": masked(proof.address), "way_in": _way_in(row)}
    return page(request, "public/progress.html", context, "public/_progress.html")


def _way_in(row: SignUp) -> str:
    if row.status != SignUp.Status.READY or row.factory is None:
        return ""
    token = "" if row.entered_at else f"welcome/{actions.entry_token(row, row.factory)}/"
    return f"{address_of(row.factory)}/{token}"
