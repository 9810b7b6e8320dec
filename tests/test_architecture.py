"""The house stands as ARCHITECTURE.md says: rooms, arrows, names."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.ROOT)
_TEXTS = {".css", ".html", ".js", ".md", ".po", ".py", ".toml", ".yaml", ".yml"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
PACKAGES = tuple(PROJECT["hatch"]["build"]["targets"]["wheel"]["only-include"])


def _lint_imports(folder: Path) -> subprocess.CompletedProcess:
    environment = os.environ | {
        "PYTHONPATH": f"{folder}{os.pathsep}{folder / 'platform'}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
        "--no-cache",
    ]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def copy_of_the_house(tmp_path) -> Path:
    for name in PACKAGES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_only_point_down(copy_of_the_house):
    result = _lint_imports(copy_of_the_house)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("room", "wrong"),
    [
        ("platform/core/words.py", "hazards.models"),
        ("tenants/log.py", "core.errors"),
        ("platform/hazards/models/hazards.py", "portals.web"),
    ],
)
def test_a_wrong_arrow_is_found(copy_of_the_house, room, wrong):
    with (copy_of_the_house / room).open("a") as file:
        file.write(f"\nimport {wrong}  # noqa\n")
    result = _lint_imports(copy_of_the_house)
    assert result.returncode == 1
    assert wrong.split(".")[0] in result.stdout


def test_every_app_has_its_place_in_the_layers():
    contract = PROJECT["importlinter"]
    layers = {name.strip() for layer in contract["contracts"][0]["layers"] for name in layer.split("|")}
    rooms = {path.parent.name for path in (ROOT / "platform").glob("*/__init__.py")} | set(PACKAGES[1:])
    assert rooms == layers == set(contract["root_packages"])


def test_platform_is_a_source_root_and_no_package():
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_no_room_is_named_like_a_module_of_the_standard_library_or_a_dependency():
    rooms = {path.name for path in (ROOT / "platform").iterdir() if path.is_dir()} | set(PACKAGES[1:])
    others = {name for name, projects in packages_distributions().items() if set(projects) != {"anhuan"}}
    assert not rooms & (set(sys.stdlib_module_names) | others)


STANDARD = Path(sysconfig.get_paths()["stdlib"]) / "platform.py"


def test_pytest_imports_the_platform_module_of_the_standard_library():
    import platform

    assert Path(platform.__file__) == STANDARD


@pytest.mark.parametrize(
    "start",
    [
        ["manage.py", "shell", "-v", "0", "-c", "import platform; print(platform.__file__)"],
        ["-c", "import sys; from celery.bin.celery import main; sys.argv = ['celery', '-A', 'config', 'report']\n"
               "try: main()\nexcept SystemExit: import platform; print(platform.__file__); raise"],
        ["-c", "import sys; sys.path.insert(0, '.'); import uvicorn.main, config.asgi, platform; print(platform.__file__)"],
    ],
    ids=["manage.py", "celery", "web"],
)  # fmt: skip
def test_each_entry_point_imports_the_platform_module_of_the_standard_library(start):
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(ROOT / "platform")}
    result = subprocess.run(
        [sys.executable, *start], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip().splitlines()[-1:] == [str(STANDARD)]


def test_no_foreign_key_leaves_its_schema():
    """A factory's schema can be moved, exported or deleted alone."""
    shared = {name.rsplit(".", 1)[-1] for name in settings.SHARED_APPS}
    crossing = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.many_to_one and field.concrete and field.related_model
        and (model._meta.app_label in shared) != (field.related_model._meta.app_label in shared)
    ]  # fmt: skip
    assert crossing == []


def test_no_file_carries_both_ends_of_a_merge():
    tracked = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True, cwd=ROOT).stdout.split(
        "\n"
    )
    marks = tuple(sign * 7 + " " for sign in "<>")
    texts = (path for path in map(ROOT.joinpath, filter(None, tracked)) if path.suffix in _TEXTS)
    assert [str(path) for path in texts if any(line.startswith(marks) for line in path.read_text().splitlines())] == []
