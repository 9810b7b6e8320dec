"""Filters of lists that somebody has kept; each sees and removes only their own."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from core.models import SavedView
from core.saved_views import forget_view


@login_required
@require_POST
def forget(request, pk: int):
    view = get_object_or_404(SavedView, pk=pk, by=request.user)
    forget_view(view, by=request.user)
    return redirect(f"console:{view.page}")
