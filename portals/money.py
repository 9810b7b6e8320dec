"""How money is written, and the paper of a payment."""

from django.conf import settings

from billing.models import Payment
from core.pdf import render_pdf


def paper_of(payment: Payment) -> bytes:
    """A request with the account to pay to until it is paid, then a receipt."""
    seller = [line.strip() for line in settings.SELLER.split("|") if line.strip()]
    return render_pdf("pdf/payment.html", "evidence.css", {"payment": payment, "seller": seller})
