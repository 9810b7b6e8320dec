"""A ZIP that anybody can check: each file's hash stands in a manifest, below the ledger's end as it was then."""

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from core.exports.cover import Cover


@dataclass
class Box:
    """The archive as it fills: each file leaves memory at once, and its hash stays for the manifest."""

    archive: zipfile.ZipFile
    at: datetime
    hashes: list[tuple[str, str]] = field(default_factory=list)

    def put(self, name: str, content: bytes) -> None:
        self.hashes.append((hashlib.sha256(content).hexdigest(), name))
        with self.archive.open(self._info(name), "w") as out:
            out.write(content)

    def put_file(self, name: str, path: Path) -> None:
        with path.open("rb") as content:
            self.hashes.append((hashlib.file_digest(content, "sha256").hexdigest(), name))
        with path.open("rb") as content, self.archive.open(self._info(name), "w") as out:
            while piece := content.read(2**20):
                out.write(piece)

    def _info(self, name: str) -> zipfile.ZipInfo:
        return zipfile.ZipInfo(name, self.at.timetuple()[:6])

    def close(self, about: Cover) -> str:
        """Puts the manifest in: lines as sha256sum checks them, the ledger's end above. Returns its own hash."""
        head = "".join(f"# {label}: {value}\n" for label, value in about.lines([]))
        rows = "".join(f"{digest}  {name}\n" for digest, name in sorted(self.hashes, key=lambda row: row[1]))
        content = f"{head}{rows}".encode()
        self.put("manifest.txt", content)
        return hashlib.sha256(content).hexdigest()


@contextmanager
def open_box(path: Path, about: Cover) -> Iterator[Box]:
    with zipfile.ZipFile(path, "w") as archive:
        yield Box(archive, about.at)
