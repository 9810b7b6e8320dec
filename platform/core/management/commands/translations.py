"""The words people read: msgids are English, locale/zh_Hans holds the Chinese for every one of them."""

import io
import re
import tomllib
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "gettext_noop": None,
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
_CJK = re.compile(r"[\u4e00-\u9fff]")
# Beside Chinese its own comma, colon and question mark stand.
_WESTERN = re.compile(r"[\u4e00-\u9fff」][,:;?!]")


def sources() -> list[str]:
    """Folders whose texts people read: all that is built, and the templates."""
    project = tomllib.loads((settings.ROOT / "pyproject.toml").read_text())
    return [*project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"], "templates"]


class Command(BaseCommand):
    help = "Collects, checks or compiles the translations (no GNU gettext needed)."

    def add_arguments(self, parser):
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--update", action="store_true", help="add new texts to the .po file, drop unused ones")
        what.add_argument("--check", action="store_true", help="fail when a text is missing, unused or not translated")
        what.add_argument("--compile", action="store_true", help="write the .mo file")

    def handle(self, *args, **options):
        if options["update"]:
            self._update()
        elif options["compile"]:
            self._compile()
        else:
            self._check()

    def _update(self):
        catalog = read_catalog()
        catalog.update(texts_in_code(), no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        with po_path().open("wb") as file:
            write_po(
                file, catalog, no_location=True, omit_header=False, sort_output=True, ignore_obsolete=True, width=110
            )
        self.stdout.write(f"{len(catalog)} texts, {len(untranslated(catalog))} without Chinese")

    def _compile(self):
        with po_path().with_suffix(".mo").open("wb") as file:
            write_mo(file, read_catalog())

    def _check(self):
        faults = faults_of(read_catalog(), texts_in_code())
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write("translations: complete")


def po_path() -> Path:
    return Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES" / "django.po"


def read_catalog() -> Catalog:
    with po_path().open("rb") as file:
        return read_po(file, locale="zh_Hans")


def texts_in_code() -> Catalog:
    """Every text that Python and the templates mark for translation."""
    catalog = Catalog()
    for path in sorted(path for source in sources() for path in (settings.ROOT / source).rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"}:
            continue
        text = path.read_text()
        source = templatize(text) if path.suffix != ".py" else text
        where = path.relative_to(settings.ROOT).as_posix()
        for line, texts, comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            catalog.add(texts, None, [(where, line)], auto_comments=comments, context=context)
    return catalog


def faults_of(catalog: Catalog, code: Catalog) -> list[str]:
    """One sentence for each text that is missing, unused, not translated, or that lost a placeholder."""
    known = {(message.context, message.id) for message in catalog if message.id}
    used = {(message.context, message.id) for message in code if message.id}
    return [
        *(f"not in the .po file: {text!r}" for _context, text in sorted(used - known, key=str)),
        *(f"not used any more: {text!r}" for _context, text in sorted(known - used, key=str)),
        *(f"no Chinese for: {message.id!r}" for message in untranslated(catalog)),
        *(
            f"placeholders differ: {message.id!r}"
            for message in catalog
            if message.id and not _same_placeholders(message)
        ),
        *(
            f"punctuation is not Chinese: {message.string!r}"
            for message in catalog
            if _WESTERN.search(str(message.string))
        ),
        *(f"the source text is not English: {message.id!r}" for message in code if _CJK.search(str(message.id))),
    ]


def untranslated(catalog: Catalog) -> list:
    return [message for message in catalog if message.id and (message.fuzzy or not all(_as_tuple(message.string)))]


def _same_placeholders(message) -> bool:
    """The last form speaks of many, so it names all that there is."""
    wanted = set(_PLACEHOLDER.findall(_as_tuple(message.id)[-1]))
    return all(set(_PLACEHOLDER.findall(text)) == wanted for text in _as_tuple(message.string) if text)


def _as_tuple(text) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (text,)
