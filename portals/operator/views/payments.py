"""Money of all factories: what waits for a transfer, what came, coupons."""

from typing import Any

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.models import Coupon, Payment
from core.errors import Refusal
from portals.operator import money
from portals.operator.access import for_operators
from portals.operator.forms import CouponForm, VoidForm

LISTED = 200


@for_operators
@require_safe
def index(request):
    return _index(request)


def _index(request, form: CouponForm | None = None, status: int = 200, refusal: str = ""):
    asked = Payment.objects.filter(status=Payment.Status.ASKED).order_by("asked_at")[:LISTED]
    done = Payment.objects.exclude(status=Payment.Status.ASKED).order_by("-asked_at")[:LISTED]
    context: dict[str, Any] = {"asked": asked, "done": done, "coupons": Coupon.objects.order_by("-created_at")[:LISTED]}
    context |= {"form": form or CouponForm(), "here": "payments", "refusal": refusal}
    return render(request, "operator/payments/list.html", context, status=status)


@for_operators
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, pk: int):
    """Asked once more, because a year is given."""
    payment = get_object_or_404(Payment, pk=pk)
    if request.method != "POST":
        return render(request, "operator/payments/confirm.html", {"payment": payment, "here": "payments"})
    try:
        money.confirm(payment, by=request.operator)
    except Refusal as refusal:
        return _index(request, status=refusal.status, refusal=refusal.message)
    return redirect("operator:payments")


@for_operators
@require_http_methods(["GET", "HEAD", "POST"])
def void(request, pk: int):
    payment = get_object_or_404(Payment, pk=pk)
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            money.void(payment, form.cleaned_data["reason"], by=request.operator)
        except Refusal as refusal:
            return _index(request, status=refusal.status, refusal=refusal.message)
        return redirect("operator:payments")
    context = {"payment": payment, "form": form, "here": "payments"}
    return render(request, "operator/payments/void.html", context, status=422 if form.errors else 200)


@for_operators
@require_POST
def add_coupon(request):
    form = CouponForm(request.POST)
    if form.is_valid():
        try:
            money.add_coupon(by=request.operator, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("code", refusal.message)
        else:
            return redirect("operator:payments")
    return _index(request, form, 422)


@for_operators
@require_POST
def end_coupon(request, pk: int):
    money.end(get_object_or_404(Coupon, pk=pk), by=request.operator)
    return redirect("operator:payments")
