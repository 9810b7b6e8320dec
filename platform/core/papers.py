"""Papers that people send in: PDF, Excel or a photo, told by the content, whatever the file is called."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

import pypdf
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from core.attachments import keep_file, keep_photo
from core.errors import DomainError
from core.models import Attachment
from core.sheets import CONTENT_TYPE, MAX_UNPACKED

MOST_BYTES = 20 * 2**20
MOST_PAGES = 100
# Of a PDF: what acts by itself, or brings something along that is no page.
_ACTING = {"/JavaScript", "/JS", "/Launch", "/SubmitForm", "/ImportData", "/RichMedia", "/EmbeddedFile", "/XFA", "/AA"}
_MOST_OBJECTS = 300_000
_SHEET = "xl/workbook.xml"
_MACROS = "vbaProject.bin"


def keep_paper(upload: UploadedFile, *, by: Any, stamp: str = "") -> tuple[Attachment, int | None]:
    """The file and, of a PDF, its pages; what is neither PDF nor Excel has to be a picture."""
    if upload.size and upload.size > MOST_BYTES:
        words = {"size": upload.size // 2**20, "limit": MOST_BYTES // 2**20}
        raise DomainError(
            _("The file is %(size)d MB; the limit is %(limit)d MB. Send only the pages that matter.") % words
        )
    content, name = upload.read(), (upload.name or "")[-200:] or "file"
    upload.seek(0)
    if content.startswith(b"%PDF-"):
        pages = _few_pages(content)
        return keep_file(content, name=_named(name, ".pdf"), content_type="application/pdf", by=by), pages
    if content.startswith(b"PK"):
        _refuse_strange_sheet(content)
        return keep_file(content, name=_named(name, ".xlsx"), content_type=CONTENT_TYPE, by=by), None
    return keep_photo(upload, by=by, stamp=stamp), None


def _named(name: str, ending: str) -> str:
    return name if name.lower().endswith(ending) else f"{name[:190]}{ending}"


def _few_pages(content: bytes) -> int:
    pages = read_pdf(io.BytesIO(content))
    if pages > MOST_PAGES:
        words = {"pages": pages, "most": MOST_PAGES}
        raise DomainError(_("The PDF has %(pages)d pages; at most %(most)d fit. Send the pages that matter.") % words)
    return pages


def _refuse_strange_sheet(content: bytes) -> None:
    refusal = DomainError(_("This is not an Excel file that can be opened. Save it as .xlsx and send it again."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as box:
            names = box.namelist()
            unpacked = sum(part.file_size for part in box.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, EOFError):
        raise refusal from None
    if _SHEET not in names or unpacked > MAX_UNPACKED:
        raise refusal
    if any(name.endswith(_MACROS) for name in names):
        raise DomainError(_("The Excel file holds macros. Save it as .xlsx without them and send it again."))


def read_pdf(file: BinaryIO) -> int:
    """How many pages it has; refused is what cannot be read, asks for a password, or acts by itself."""
    refusal = DomainError(_("This is not a PDF that can be opened. Save it as a PDF once more and upload it again."))
    if not file.read(8).startswith(b"%PDF-"):
        raise refusal
    file.seek(0)
    try:
        reader = pypdf.PdfReader(file, strict=False)
        if reader.is_encrypted:
            raise DomainError(_("The PDF asks for a password. Save it without one and upload it again."))
        is_acting = any(_acts(found) for found in _objects(reader))
        pages = len(reader.pages)
        if not pages:
            raise refusal
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OSError,
        RecursionError,
        OverflowError,
    ):
        raise refusal from None
    if is_acting:
        raise DomainError(
            _(
                "The PDF holds scripts, forms or files that act by themselves. Print it into a new PDF and upload that one."
            )
        )
    return pages


def _objects(reader: pypdf.PdfReader) -> Iterator[Any]:
    """Everything that the file's tables name, also what no page leads to."""
    numbers = {(number, generation) for generation, row in reader.xref.items() for number in row}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > _MOST_OBJECTS:
        raise ValueError("too many objects")
    yield reader.trailer
    for number, generation in numbers:
        yield reader.get_object(IndirectObject(number, generation, reader))


def _acts(found: Any) -> bool:
    """What is only named here is looked at under its own number."""
    if isinstance(found, DictionaryObject):
        return any(key in _ACTING or _acts(found.raw_get(key)) for key in found)
    if isinstance(found, ArrayObject):
        return any(_acts(list.__getitem__(found, at)) for at in range(len(found)))
    return isinstance(found, NameObject) and found in _ACTING
