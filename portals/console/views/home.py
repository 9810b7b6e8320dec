from django.contrib.auth.decorators import login_required

from portals.web import page, require


@login_required
def home(request):
    require(request.user, "console.open")
    return page(request, "console/home.html", {})
