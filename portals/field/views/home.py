from django.contrib.auth.decorators import login_required

from portals.web import page


@login_required
def home(request):
    return page(request, "field/home.html", {})
