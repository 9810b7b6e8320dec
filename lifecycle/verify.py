#!/usr/bin/env python3
"""Checks the archive of a factory, with nothing but Python 3.9 or newer. 核对工厂归档，只要有 Python 3.9 以上。

    python3 verify.py ARCHIVE.zip [--key PUBLIC_KEY]
    python3 verify.py [FOLDER] [--key PUBLIC_KEY]      # an unpacked one; without FOLDER where this file lies

Every file is as the signed list says, every table has its rows, the ledger's entries follow one another from the first
to the signed head. Ends with 0 where all of it is so, else with 1. It reads and writes nothing else.

Whoever forges an archive can forge the key in it too: compare the key that is printed with the one that the service
shows, or give it with --key. For the same reason take this file from an archive that you trust.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO

FORMAT = 1
SIGNED = b"anhuan-archive:"
LIST, SIGNATURE = "manifest.json", "signature.json"
LEDGER, EVENTS = "ledger.jsonl", "data/core_event.csv"
NOTHING = "0" * 64
MOST_FAULTS = 20
csv.field_size_limit(2**31 - 1)


class Fault(Exception):
    """What is wrong, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


# Where it is read from


class Packed:
    def __init__(self, path: Path) -> None:
        self.zip = zipfile.ZipFile(path)

    def names(self) -> list[str]:
        return [one.filename for one in self.zip.infolist() if not one.is_dir()]

    def open(self, name: str) -> Any:
        return self.zip.open(name)


class Unpacked:
    """What a desktop adds to folders is not looked at."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        found = (one for one in self.path.rglob("*") if one.is_file() and not one.name.startswith("."))
        return [one.relative_to(self.path).as_posix() for one in found if "__pycache__" not in one.parts]

    def open(self, name: str) -> BinaryIO:
        return (self.path / name).open("rb")


# What is checked


def check(path: Path, key: str = "") -> tuple[dict[str, Any], list[Fault]]:
    """The list of the archive, and what is wrong with it; without a list nothing more can be said."""
    try:
        source = Unpacked(path) if path.is_dir() else Packed(path)
        listed = _listed(source, key)
    except Fault as fault:
        return {}, [fault]
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zipfile.LargeZipFile) as error:
        return {}, [Fault(f"这不是一个能打开的归档：{error}", f"This is no archive that can be opened: {error}")]
    return listed, list(_faults(source, listed))[:MOST_FAULTS]


def _listed(source: Any, key: str) -> dict[str, Any]:
    names = source.names()
    for name in (LIST, SIGNATURE):
        if names.count(name) != 1:
            raise Fault(f"归档里没有 {name}，或有两份", f"{name} is not in the archive, or twice")
    with source.open(LIST) as file:
        content = file.read()
    with source.open(SIGNATURE) as file:
        signed = json.load(file)
    message = SIGNED + hashlib.sha256(content).hexdigest().encode()
    if not is_signed(signed["key"], message, signed["signature"]):
        raise Fault("清单 manifest.json 与签名不符，被改过", "manifest.json is not what was signed: it was changed")
    if key and key.strip().lower() != signed["key"]:
        raise Fault(
            f"签名用的是另一把钥匙 {signed['key']}，不是你给的那把",
            f"It is signed with another key, {signed['key']}, than the one given",
        )
    listed = json.loads(content)
    if listed["format"] != FORMAT:
        raise Fault(
            f"归档格式是 {listed['format']}，本程序只认识 {FORMAT}",
            f"Its format is {listed['format']}; this program knows {FORMAT}",
        )
    listed["key"] = signed["key"]
    return listed


def _faults(source: Any, listed: dict[str, Any]) -> Iterator[Fault]:
    names = [name for name in source.names() if name not in (LIST, SIGNATURE)]
    entries, found = listed["entries"], set(names)
    for name in sorted(set(entries) - found):
        yield Fault(f"少了文件 {name}", f"{name} is missing")
    for name in sorted(found - set(entries)):
        yield Fault(f"多出文件 {name}，清单里没有", f"{name} is not in the list")
    if len(names) > len(found):
        yield Fault("归档里有重名的文件", "The archive holds two files of one name")
    tables = {table["entry"]: table for table in listed["tables"]}
    is_whole = True
    for name in sorted(found & set(entries)):
        for fault in _entry(source, name, entries[name], tables.get(name)):
            is_whole = is_whole and name not in (LEDGER, EVENTS)
            yield fault
    if is_whole and {LEDGER, EVENTS} <= found & set(entries):
        yield from _ledger(source, listed)
    elif not {LEDGER, EVENTS} <= set(entries):
        yield Fault("清单里没有台账", "The ledger is not in the list")


def _entry(source: Any, name: str, said: dict[str, Any], table: dict[str, Any] | None) -> Iterator[Fault]:
    digest, size = hashlib.sha256(), 0
    try:
        with source.open(name) as file:
            while part := file.read(1 << 20):
                digest.update(part)
                size += len(part)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
        yield Fault(f"{name} 读不出来：{error}", f"{name} cannot be read: {error}")
        return
    if (digest.hexdigest(), size) != (said["sha256"], said["size"]):
        yield Fault(f"{name} 被改过：与清单上的 SHA-256 不符", f"{name} was changed: its SHA-256 is not the listed one")
    elif table is not None:
        with source.open(name) as file:
            rows = csv.reader(io.TextIOWrapper(file, "utf-8", newline=""))
            head, count = next(rows, []), sum(1 for _row in rows)
        if head != table["columns"]:
            yield Fault(f"{name} 的列与清单不符", f"The columns of {name} are not the listed ones")
        if count != table["rows"]:
            yield Fault(
                f"{name} 有 {count} 行，清单上是 {table['rows']} 行",
                f"{name} has {count} rows, listed are {table['rows']}",
            )


def _ledger(source: Any, listed: dict[str, Any]) -> Iterator[Fault]:
    said = listed["ledger"]
    seq, seal = 0, NOTHING
    with ExitStack() as stack:
        lines = stack.enter_context(source.open(LEDGER))
        text = io.TextIOWrapper(stack.enter_context(source.open(EVENTS)), "utf-8", newline="")
        for line, row in zip_longest(lines, csv.DictReader(text)):
            if line is None or row is None:
                yield Fault(
                    f"{EVENTS} 与 {LEDGER} 的条数不同", f"{EVENTS} and {LEDGER} do not hold equally many entries"
                )
                return
            entry = json.loads(line)
            content = json.loads(entry["content"])
            if content["seq"] != seq + 1:
                yield Fault(f"台账第 {seq + 1} 条不见了", f"Entry {seq + 1} of the ledger is missing")
                return
            if entry["previous"] != seal:
                yield Fault(f"台账第 {seq + 1} 条没有接在上一条后面", f"Entry {seq + 1} does not follow the one before")
                return
            if hashlib.sha256(f"{seal}\n{entry['content']}".encode()).hexdigest() != entry["seal"]:
                yield Fault(f"台账第 {seq + 1} 条被改过", f"Entry {seq + 1} of the ledger is not what was sealed")
                return
            seq, seal = seq + 1, entry["seal"]
            if (row["seq"], row["seal"]) != (str(seq), seal):
                yield Fault(f"{EVENTS} 与台账第 {seq} 条不符", f"{EVENTS} differs from entry {seq} of the ledger")
                return
    if (seq, seal) != (said["seq"], said["seal"]):
        yield Fault(
            f"链尾说有 {said['seq']} 条，台账里有 {seq} 条",
            f"The head says {said['seq']} entries, the ledger has {seq}",
        )
    elif seq and not is_signed(listed["key"], f"{said['schema']}:{seq}:{seal}".encode(), said["signature"]):
        yield Fault("链尾的签名不对", "The signature of the ledger's head is not right")


# Ed25519 as RFC 8032 describes it; slow, and only ever asked twice

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple  # of four numbers: x, y, z, x·y, each over z


def is_signed(key: str, message: bytes, signature: str) -> bool:
    try:
        public, both = bytes.fromhex(key), bytes.fromhex(signature)
        if len(public) != 32 or len(both) != 64:
            return False
        number = int.from_bytes(both[32:], "little")
        if number >= ORDER:
            return False
        owner, first = _point(public), _point(both[:32])
    except ValueError:
        return False
    mixed = int.from_bytes(hashlib.sha512(both[:32] + public + message).digest(), "little") % ORDER
    return _same(_times(number, _BASE), _plus(first, _times(mixed, owner)))


def _point(packed: bytes) -> Point:
    y = int.from_bytes(packed, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        raise ValueError("not on the curve")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not on the curve")
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def _plus(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _plus(result, point)
        point = _plus(point, point)
        number >>= 1
    return result


def _same(p: Point, q: Point) -> bool:
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


_BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks a factory's archive. 核对工厂归档。")
    parser.add_argument("archive", nargs="?", default=str(Path(__file__).resolve().parent))
    parser.add_argument("--key", default="", help="the public key that the service shows 服务方公布的公钥")
    asked = parser.parse_args()
    getattr(sys.stdout, "reconfigure", lambda **_how: None)(encoding="utf-8", errors="replace")
    listed, faults = check(Path(asked.archive), asked.key)
    if faults:
        print("不完整或被改过，不能相信。NOT WHOLE, do not trust it:")
        for fault in faults:
            print(f"  - {fault.zh}\n    {fault.en}")
        return 1
    rows, ledger = sum(table["rows"] for table in listed["tables"]), listed["ledger"]
    print(
        f"完好：{listed['factory']['name']}，{len(listed['tables'])} 张表 {rows} 行，"
        f"{len(listed['entries'])} 个文件，台账 {ledger['seq']} 条，导出于 {listed['made_at']}"
    )
    print(
        f"WHOLE: {len(listed['tables'])} tables with {rows} rows, {len(listed['entries'])} files, "
        f"{ledger['seq']} ledger entries, exported {listed['made_at']}"
    )
    print(f"链尾 head {ledger['seal']}\n公钥 key {listed['key']}")
    if not asked.key:
        print("请把公钥与服务方公布的比对。Compare the key with the one that the service shows.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
