"""Files leave the storage only here, after asking who may see them."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control

from core import attachments


@login_required
@cache_control(private=True, max_age=86400)
def show(request, pk):
    """The shown copy of a photo; a made file, such as a PDF, as a download."""
    attachment = get_object_or_404(attachments.visible_to(request.user), pk=pk)
    if attachment.shown:
        response = FileResponse(attachment.shown.open(), content_type="image/jpeg")
    else:
        response = FileResponse(attachment.original.open(), as_attachment=True, filename=attachment.name)
    response["Content-Security-Policy"] = "sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
