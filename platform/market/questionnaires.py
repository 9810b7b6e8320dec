"""What a pack asks suppliers, as rows of a checklist: points, photos of key items, and a question before each branch."""

import re
from typing import Any

from market.packs import Pack

YES, PARTLY, NO = {"zh": "做到", "en": "Yes"}, {"zh": "部分", "en": "Partly"}, {"zh": "没做到", "en": "No"}
THERE_IS, THERE_IS_NOT = {"zh": "有", "en": "Yes"}, {"zh": "没有", "en": "No"}
PARTS = (
    {"zh": "证照和管理", "en": "Papers and management"},
    {"zh": "现场", "en": "On site"},
    {"zh": "设备、作业和其他", "en": "Equipment, work and the rest"},
)
_OF_THIS_PERIOD = re.compile("本期|隐患按期")
# Which of the pack's kinds of hazards a question is about, by words of it; else it is about rules and papers.
_ABOUT = (
    ("消防通道|安全出口", "fire-(passage|exit)"),
    ("灭火|消火栓|消防器材", "fire-equipment"),
    ("叉车|行车|特种设备|储气罐", "special-equipment"),
    ("防护|冲床|机床|联锁|光幕", "machine-guarding"),
    ("电箱|电柜|配电|裸线|线路", "electrical"),
    ("粉尘", "dust"),
    ("有限空间", "confined-space"),
    ("危化|油漆|清洗剂|溶剂|酒精", "chem|solvent|paint-store|storage-mix"),
    ("眼镜|口罩|手套|耳塞|劳保|防护用品", "ppe"),
)
_ELSE = "management"


def questionnaire_of(pack: Pack) -> dict[str, Any] | None:
    rows = pack.get("supplier_questions")
    if not rows:
        return None
    title = {"zh": f"{pack['title']['zh']}供应商自查", "en": f"Supplier self-inspection, {pack['title']['en']}"}
    return {"code": f"{pack['code']}-saq"[:40], "title": title, "items": _items(pack, rows)}


def _items(pack: Pack, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A branch that the pack names in words becomes a question of its own, without points, before the first that needs it."""
    items: list[dict[str, Any]] = []
    gates: dict[str, int] = {}
    for row in rows:
        branch = row["only_if"]
        if branch and branch not in gates:
            items.append(_gate(pack, branch))
            gates[branch] = len(items)
        items.append(_item(pack, row, gates.get(branch)))
    return _parted(items)


def _parted(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """First what papers say, then what photos show, then the rest; short lists stay whole."""
    shown = [n for n, item in enumerate(items) if item["photo"] == "on_pass"]
    begins = (0, shown[0], shown[-1] + 1) if shown and shown[0] else ()
    for n, title in zip(begins, PARTS, strict=False):
        if n < len(items):
            items[n] |= {"section": title}
    return items


def _gate(pack: Pack, branch: str) -> dict[str, Any]:
    text = {"zh": f"你们厂有没有{branch.removeprefix('有')}？", "en": f"Does this apply to you: {branch}?"}
    return _plain(pack, text) | {"kind": "choice", "choices": [THERE_IS, THERE_IS_NOT]}


def _item(pack: Pack, row: dict[str, Any], gate: int | None) -> dict[str, Any]:
    is_about_major = row["kind"] == "yes_no"
    item = _plain(pack, row["text"]) | {
        "photo": "on_pass" if row["photo"] else "never",
        "weight": row["weight"],
        "is_fresh": is_about_major or bool(_OF_THIS_PERIOD.search(row["text"]["zh"])),
        "urgent": is_about_major,
    }
    if gate:
        item |= {"only_if_position": gate, "only_if_value": THERE_IS["zh"]}
    return item | _answers(row)


def _answers(row: dict[str, Any]) -> dict[str, Any]:
    if row["kind"] == "yes_partly_no":
        return {"kind": "choice", "choices": [YES, PARTLY, NO | {"is_fail": True}]}
    if row["kind"] == "yes_no":
        return {"kind": "choice", "choices": [THERE_IS_NOT, THERE_IS | {"is_fail": True}]}
    if row["kind"] == "number":
        is_share = bool(re.search("百分|%|率", row["text"]["zh"]))
        return (
            {"kind": "number", "unit": "%", "min": 0, "max": 100}
            if is_share
            else {"kind": "number", "unit": "次", "min": 1}
        )
    return {"kind": "text"}


def _plain(pack: Pack, text: dict[str, str]) -> dict[str, Any]:
    return {
        "text": text,
        "accept": {},
        "photo": "never",
        "category": _category(pack, text["zh"]),
        "urgent": False,
        "basis": {},
        "may_skip": False,
    }


def _category(pack: Pack, text: str) -> str:
    codes = [row["code"] for row in pack["categories"]]
    wanted = next((code for words, code in _ABOUT if re.search(words, text)), _ELSE)
    return next((code for code in codes if re.match(wanted, code)), _ELSE if _ELSE in codes else codes[0])
