"""Ways out of the product. Each channel is one module with send(message), which returns what the gateway calls it."""

from datetime import timedelta


class ChannelError(Exception):
    """The gateway did not take it. reason: one sentence for an administrator.

    is_permanent: trying again cannot help. wait: how long the gateway wants to be left alone; else it is doubled.
    """

    def __init__(self, reason: str, *, is_permanent: bool = False, wait: timedelta | None = None):
        super().__init__(reason)
        self.reason, self.is_permanent, self.wait = reason, is_permanent, wait
