"""The only refusals: portals.web.RefusalMiddleware shows them, each with a sentence that says what to do."""


class Refusal(Exception):
    """A translated sentence for the person; nothing of the transaction stays."""

    status = 422

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class DomainError(Refusal):
    """A rule of the trade says no."""


class NotAllowed(Refusal):
    """This person may not do this."""

    status = 403


class WrongStatus(Refusal):
    """Somebody was faster, or the page is old."""

    status = 409


class TooMany(Refusal):
    """Too often in too short a time."""

    status = 429


class Revoked(Refusal):
    """It existed and was withdrawn."""

    status = 410
