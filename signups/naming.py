"""From the name of a company to the short name of its host."""

import re

from pypinyin import lazy_pinyin

from tenants.slugs import LONGEST, SlugRefused, check_slug

_PLACE = re.compile(r"^[\u4e00-\u9fff]{2,3}?(?:省|市|自治区)(?:[\u4e00-\u9fff]{1,3}?[市区县])?(?=[\u4e00-\u9fff]{3})")
_FORM = re.compile(
    r"(?:股份)?(?:有限)?(?:责任)?公司$|集团$|总厂$|分厂$|工厂$|厂$|\b(?:co|ltd|inc|llc|gmbh|company|limited)\b\.?",
    re.IGNORECASE,
)
_TRADE = re.compile(
    r"(?:金属|机械|电子|科技|实业|食品|家具|化工|物流|仓储|五金|精密|设备|制造|工业|材料|技术|制品|加工|股份|有限|集团|木业|模具|汽配|零部件)$"
)
_ROOM = LONGEST - 3  # for a number behind it
FALLBACK = "factory"


def suggest(name: str) -> str:
    """The first one that is free: 恒川金属制品有限公司 → hengchuan, then hengchuan-2."""
    stem = stem_of(name) if name.strip() else ""
    for number in range(1, 100):
        try:
            return check_slug(stem if number == 1 else f"{stem}-{number}")
        except SlugRefused:
            continue
    return ""


def stem_of(name: str) -> str:
    """By sound, as short as it can be said: without the place, the trade and the legal form."""
    words = _said(_core(name))
    stem = "".join(words)
    while len(stem) > _ROOM and len(words) > 2:
        words = words[:-1]
        stem = "".join(words)
    stem = re.sub(r"^[^a-z]+|-+$", "", stem[:_ROOM])
    return stem if len(stem) >= 3 else FALLBACK


def _core(name: str) -> str:
    core = re.sub(r"[（(].*?[)）]", "", name).strip()
    core = _FORM.sub("", core).strip()
    core = _PLACE.sub("", core)
    while len(shorter := _TRADE.sub("", core)) >= 2 and shorter != core:
        core = shorter
    return core or name


def _said(text: str) -> list[str]:
    sounds = " ".join(lazy_pinyin(text, errors=lambda other: f" {other} ")).lower().replace("ü", "v")
    return re.findall(r"[a-z0-9]+", sounds)
