"""Several calls at the same moment, each on a connection of its own; use it with fresh_factory, whose rows all can see."""

from threading import Barrier, Thread

from django.db import connection

from core.errors import Refusal
from tenants.current import in_factory


def at_once(factory, *calls) -> list:
    """Runs the calls in threads of their own that start together; what each gave or was refused with, in order."""
    results: list = [None] * len(calls)
    start = Barrier(len(calls))

    def work(number: int) -> None:
        try:
            with in_factory(factory):
                start.wait()
                results[number] = calls[number]()
        except Refusal as refusal:
            results[number] = refusal
        except BaseException as error:
            results[number] = error
            raise
        finally:
            connection.close()

    threads = [Thread(target=work, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
