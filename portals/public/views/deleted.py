"""The proof of a deletion, for whoever holds its link; nobody's name stands in it."""

from typing import Any

from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from lifecycle.models import Deletion


@require_safe
def show(request, pk):
    row = get_object_or_404(Deletion, pk=pk)
    facts: dict[str, Any] = row.facts
    context = {"row": row, "rows": sum(facts.get("rows", {}).values()), "tables": len(facts.get("rows", {}))}
    return render(request, "public/deleted.html", context | {"proof": row.proof()})


@require_safe
def proof(request, pk):
    row = get_object_or_404(Deletion, pk=pk, status=Deletion.Status.DONE)
    answer = JsonResponse(row.proof(), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="deletion-{row.slug}.json"'
    return answer
