"""One task and one schedule: everything else that happens later is a Due row."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("anhuan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    beat_schedule={"due": {"task": "tenants.run_due", "schedule": 1.0, "options": {"expires": 5}}},
)
app.autodiscover_tasks()
