"""A start without what it needs is refused with one list, and .env.example knows every name."""

import base64
import json
import os
import re
import subprocess
import sys

import pytest
import yaml
from django.conf import settings

ROOT = settings.ROOT
REQUIRED = {
    "SECRET_KEY",
    "LEDGER_KEY",
    "BASE_DOMAIN",
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "MEDIA_ROOT",
}
ENTRY_POINTS = {
    "manage.py": ["manage.py", "check"],
    "web": ["-m", "config.web", "127.0.0.1", "8000"],
    "celery": ["-m", "celery", "-A", "config", "worker"],
}


def boot(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}", **environment}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", ENTRY_POINTS.values(), ids=ENTRY_POINTS)
def test_a_start_without_settings_lists_all_that_is_missing(command):
    result = boot(command)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert set(re.findall(r"- (\w+) is required", result.stderr)) == REQUIRED


def test_malformed_values_are_told_together():
    result = boot(
        ENTRY_POINTS["manage.py"],
        LEDGER_KEY="too-short",
        PORT="eighty",
        EMAIL_URL="mail.example.com",
        SMS_PROVIDER="pigeon",
        VAPID_KEY="too-short",
        GATEWAYS="oapi.dingtalk.com",
        DATABASE_URL="mysql://somewhere/anhuan",
        DATABASE_OWNER_URL="postgresql://owner@somewhere:port/anhuan",
    )
    assert "LEDGER_KEY must be 32 bytes" in result.stderr
    assert "PORT must be a whole number" in result.stderr
    assert "EMAIL_URL must begin with smtp://" in result.stderr
    assert "SMS_PROVIDER must be aliyun or tencent" in result.stderr
    assert "VAPID_KEY must be 32 bytes" in result.stderr
    assert "GATEWAYS must be written name=value" in result.stderr
    assert "DATABASE_URL must begin with postgresql://" in result.stderr
    assert "DATABASE_OWNER_URL has no number for a port" in result.stderr
    assert "Traceback" not in result.stderr


def test_as_in_production_nothing_is_left_open():
    result = boot(
        ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        SECRET_KEY="x9-" * 20 + "abcdefg",
        LEDGER_KEY=base64.b64encode(bytes(range(32))).decode(),
        BASE_DOMAIN="anhuan.example.com",
        **{name: os.environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")},
        MEDIA_ROOT="/nowhere",
        TRUSTED_PROXY_COUNT="1",
    )
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


def test_every_name_stands_in_the_example_and_no_other():
    code = "".join(path.read_text() for path in [ROOT / "manage.py", *(ROOT / "platform" / "config").glob("*.py")])
    read = set(re.findall(r"""(?:env\.\w+\(|environ(?:\.get\(|\[))"([A-Z_]+)\"""", code))
    compose = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    example = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert len(example) == len(set(example))
    assert set(example) == (read | compose) - {"PATH"}


def test_every_name_of_the_example_is_explained():
    blocks = (ROOT / ".env.example").read_text().split("\n\n")
    assert not [block for block in blocks if not block.startswith("#")]


def test_only_who_makes_schemas_knows_the_owner_of_the_database():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert {"postgres", "redis", "web", "worker", "beat"} <= set(services)
    knows = {name for name, service in services.items() if "POSTGRES_OWNER_PASSWORD" in json.dumps(service)}
    assert knows == {"postgres", "migrate", "worker"}


def test_lock_files_name_hashes_and_no_registry():
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-node.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text, name
        requirements = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)
        assert not [req.split()[0] for req in requirements if "==" in req and "--hash=sha256:" not in req]
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert not [name for name, package in packages.items() if name and "integrity" not in package]
