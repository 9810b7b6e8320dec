from tenants import due

from core import ledger


@due.handler("core.anchor")
def anchor() -> None:
    ledger.anchor()
