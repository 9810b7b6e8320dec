"""Help: looked through, searched, read. Nothing of a factory stands in it, so it is open before the sign-in too."""

from django.http import Http404
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from portals import guides
from portals.help import pages
from portals.help.pages import HelpPage


@require_safe
def index(request):
    words = request.GET.get("q", "").replace("\0", "").strip()[:60]
    listed = list(pages.all_pages().values())
    own = [page for page in listed if _is_own(page, request.user)]
    context = {
        "words": words,
        "found": pages.find(words) if words else [],
        "own": pages.grouped(own),
        "others": pages.grouped(page for page in listed if page not in own),
    }
    return render(request, "help/index.html", context)


@require_safe
def show(request, task: str):
    page = pages.all_pages().get(task)
    if page is None:
        raise Http404
    text = page.text
    context = {
        "page": page,
        "guide": next(iter(guides.about(page.screens, page.code)), None),
        "steps": [pages.parts(step) for step in text["steps"]],
        "result": pages.parts(text["result"]),
        "trouble": [(row["if"], pages.parts(row["do"])) for row in text["trouble"]],
        "related": [pages.all_pages()[other] for other in page.related],
        "opens": _screen_of(page) if _is_own(page, request.user) else "",
    }
    return render(request, "help/page.html", context)


def _is_own(page: HelpPage, user) -> bool:
    return user.is_authenticated and bool(user.role_codes & set(page.roles))


def _screen_of(page: HelpPage) -> str:
    """The first of its screens that is not about one thing alone."""
    for name in page.screens:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""
