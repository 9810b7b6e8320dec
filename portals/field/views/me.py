from django.contrib.auth.decorators import login_required

from portals.web import page


@login_required
def me(request):
    """Who I am here, how pages look to me, and the way out."""
    return page(request, "field/me.html", {"has_desk": request.user.can("console.open")})
