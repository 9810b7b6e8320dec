from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect


@login_required
def home(request):
    """The desk for those who work at one, the phone's home for everybody else."""
    return redirect("console:home" if request.user.can("console.open") else "field:home")
