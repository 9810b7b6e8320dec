"""What each line of the log says of itself: the factory, and the request or the piece of work that wrote it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_work: ContextVar[str] = ContextVar("work", default="")


@contextmanager
def working_on(name: str) -> Iterator[None]:
    token = _work.set(name)
    try:
        yield
    finally:
        _work.reset(token)


class OriginFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        from tenants.current import current_schema  # logging is set up before the models exist

        record.work = _work.get() or "-"
        # Django writes down a refused request after the request has left its factory.
        if hasattr(record, "request"):
            factory = getattr(record.request, "tenant", None)
            record.tenant = factory.schema_name if factory else "public"
        else:
            record.tenant = current_schema()
        return True
