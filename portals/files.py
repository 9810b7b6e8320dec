"""Files leave the storage only here, after asking who may see them."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control

from core import attachments


@login_required
def show(request, pk):
    """The shown copy of a photo; a made file, such as a PDF, as a download."""
    attachment = get_object_or_404(attachments.visible_to(request.user), pk=pk)
    if attachment.shown:
        response = FileResponse(attachment.shown.open(), content_type="image/jpeg")
        patch_cache_control(response, private=True, max_age=86400)
    else:
        response = FileResponse(attachment.original.open(), as_attachment=True, filename=attachment.name)
        # A made file expires, and the next one at this desk may be somebody else.
        patch_cache_control(response, private=True, no_store=True)
    response["Content-Security-Policy"] = "sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
