"""What is kept in versions, such as checklists and courses: each has a code, a version and a status."""

from typing import Any

from django.db.models import Case, Model, QuerySet, When


def heads(rows: QuerySet) -> QuerySet:
    """Of these rows one version for each code: the one in use, else its first draft, else the last that was in use."""
    order = Case(When(status="current", then=0), When(status="draft", then=1), default=2)
    newest = rows.model._default_manager.order_by("code", order, "-version").distinct("code")
    return rows.filter(pk__in=newest.values("pk"))


def locked_versions(model: type[Model], code: str) -> list[Any]:
    """All versions of the code, held to the commit: who drafts, publishes or retires goes one after the other."""
    return list(model._default_manager.select_for_update(no_key=True).filter(code=code).order_by("pk"))
