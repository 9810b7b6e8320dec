"""Copies the few files that pages need out of node_modules into static/vendor/, and draws the icon sprite."""

import hashlib
import os
import re
import sys
from io import BytesIO
from math import cos, pi, sin
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
FONT = "@expo-google-fonts/noto-sans-sc"
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "barcode-detector/dist/es/ponyfill.js": "barcode-detector/ponyfill.js",
    "barcode-detector/dist/es/zxing-exported.js": "barcode-detector/zxing-exported.js",
    "zxing-wasm/dist/reader/zxing_reader.wasm": "barcode-detector/zxing_reader.wasm",
    f"{FONT}/400Regular/NotoSansSC_400Regular.ttf": "fonts/NotoSansSC-Regular.ttf",
    f"{FONT}/700Bold/NotoSansSC_700Bold.ttf": "fonts/NotoSansSC-Bold.ttf",
}
# Icons whose name is put together while the page is made, so that no scan can see it.
MORE_ICONS: set[str] = set()
_ICON = re.compile(r"""\{%\s*icon\s+["']([\w-]+)["']|\bicon=["']([\w-]+)["']|\bEntry\([^)]*\),\s*["']([\w-]+)["']""")
_SVG = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_BLANK = re.compile(r"""\s*\n\s*|<path stroke="none" d="M0 0h24v24H0z" fill="none" />""")


def main() -> None:
    for source, target in FILES.items():
        data = (PACKAGES / source).read_bytes()
        put(target, without_source_map(data) if target.endswith((".js", ".css")) else data)
    check_reader()
    (ROOT / ".static").mkdir(exist_ok=True)  # where the container collects; WhiteNoise misses it elsewhere
    for side in (180, 192, 512):
        picture = BytesIO()
        app_icon(side).save(picture, "PNG", optimize=True)
        put(f"icon-{side}.png", picture.getvalue())
    names = sorted(icon_names())
    put("icons.svg", sprite(names).encode())
    print(f"static/vendor: {len(FILES)} files and {len(names)} icons")


def put(name: str, data: bytes) -> None:
    """Whole or not at all: a server or another set-up in this folder may be reading it."""
    (VENDOR / name).parent.mkdir(parents=True, exist_ok=True)
    part = PACKAGES / f".part-{os.getpid()}"
    part.write_bytes(data)
    part.replace(VENDOR / name)


def without_source_map(data: bytes) -> bytes:
    """The maps are not copied; a reference to one is a 404 in every developer's console."""
    return re.sub(rb"(/\*|//)# sourceMappingURL=\S+( \*/)?\s*$", b"", data)


def check_reader() -> None:
    """The QR reader's JavaScript names the hash of the one .wasm it was made with; another version reads nothing."""
    digest = hashlib.sha256((VENDOR / "barcode-detector/zxing_reader.wasm").read_bytes()).hexdigest()
    if digest not in (VENDOR / "barcode-detector/zxing-exported.js").read_text(encoding="utf-8"):
        sys.exit("build_static: barcode-detector and zxing-wasm are not of one release")


def app_icon(side: int) -> Image.Image:
    """static/img/icon.svg as a picture for home screens: the shield on white, within the part that no phone cuts off."""
    big = 1024
    picture = Image.new("RGB", (big, big), "#ffffff")
    pen, unit, left, top = ImageDraw.Draw(picture), 24, 176, 176

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(left + unit * x, top + unit * y) for x, y in points]

    low = [(14 + 11 * cos(step / 20 * pi / 2), 14 + 13 * sin(step / 20 * pi / 2)) for step in range(21)]
    pen.polygon(at((14, 1), (25, 5), *low, *[(28 - x, y) for x, y in reversed(low)], (3, 5)), fill="#0b6b5a")
    tick = at((9, 14.5), (12.6, 18.1), (19.5, 11))
    pen.line(tick, fill="#ffffff", width=62, joint="curve")
    for x, y in (tick[0], tick[2]):
        pen.ellipse((x - 31, y - 31, x + 31, y + 31), fill="#ffffff")
    return picture.resize((side, side), Image.Resampling.LANCZOS)


def icon_names() -> set[str]:
    sources = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "portals").rglob("*.py"),
        *(ROOT / "platform").rglob("*.py"),
    ]
    found = (name for path in sources for match in _ICON.findall(path.read_text(encoding="utf-8")) for name in match)
    return {name for name in found if name and not name.startswith("risk-")} | MORE_ICONS  # risk-1 to 4 are our own


def sprite(names: list[str]) -> str:
    files = {name: PACKAGES / "@tabler/icons/icons/outline" / f"{name}.svg" for name in names}
    if unknown := [name for name, file in files.items() if not file.exists()]:
        sys.exit(f"build_static: no such Tabler icon: {', '.join(unknown)}")
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(map(symbol, names, files.values()))}</svg>\n'


def symbol(name: str, file: Path) -> str:
    match = _SVG.search(file.read_text(encoding="utf-8"))
    if match is None:
        sys.exit(f"build_static: {file} is not a drawing")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{_BLANK.sub("", match[1])}</symbol>'


if __name__ == "__main__":
    main()
