from core import ledger
from tenants import due


@due.handler("core.anchor")
def anchor() -> None:
    ledger.anchor()
