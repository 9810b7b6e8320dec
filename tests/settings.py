"""The product's settings; each process of tests has a Redis database of its own, as it has a PostgreSQL database."""

import os

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    number = int(worker.removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].partition('?')[0]}?db={number}"

from config.settings import *  # noqa: F403
