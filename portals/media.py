"""Videos, handouts and captions of lessons, in the parts that are asked for: a phone plays while it loads."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control

from portals.files import in_parts
from training.actions.media import path_of
from training.models import Media

_TYPES = frozenset({"video/mp4", "video/webm", "application/pdf", "text/vtt"})


@login_required
def show(request, pk):
    """The type is the one that its content was found to be."""
    media = get_object_or_404(Media.objects.visible_to(request.user), pk=pk, content_type__in=_TYPES)
    response = in_parts(request, path_of(media), media.content_type)
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    is_paper = media.content_type == "application/pdf"  # in a sandbox the browser's own reader of PDFs does not open
    response["Content-Security-Policy"] = "frame-ancestors 'none'" if is_paper else "sandbox"
    patch_cache_control(response, private=True, max_age=86400)
    return response
