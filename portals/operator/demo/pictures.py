"""Drawings of the demo: a dozen pairs of before and after. What was found in a check is shot from them, see shots.py."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFilter

from tenants.current import current_schema

SIZE = (960, 720)
# What a nameplate is photographed with.
NAMEPLATE = "machine-guarding"
# Which drawing shows a category best; the machine with or without its guard stands for the rest.
_SCENES = {
    "electrical": "cable",
    "fire-passage": "passage",
    "housekeeping": "passage",
    "fire-equipment": "extinguisher",
    "pressure-gas": "gauge",
    "coating-vent": "gauge",
    "chemicals": "drum",
    "signage-env": "passage",
}


def scene_of(category: str) -> str:
    return _SCENES.get(category, "machine")


@dataclass(frozen=True)
class Picture:
    original: str
    shown: str
    size: int
    sha256: str


class Album:
    """Writes files below the factory's folder; each has some bytes of its own after the picture's end."""

    def __init__(self) -> None:
        self.folder = Path(settings.MEDIA_ROOT) / current_schema()
        self.drawn: dict[tuple[str, bool], bytes] = {}
        for name in ("original", "shown"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def take(self, category: str, *, is_after: bool, key: str, stamp: str) -> Picture:
        """key: name of the file; stamp: the same stamp gives the same photo."""
        scene = scene_of(category)
        shown = f"shown/demo-{scene}-{'after' if is_after else 'before'}.jpg"
        drawing = self._drawing(scene, is_after, shown)
        content = drawing + stamp.encode()
        original = f"original/{key}.bin"
        (self.folder / original).write_bytes(content)
        return Picture(original, shown, len(content), hashlib.sha256(content).hexdigest())

    def _drawing(self, scene: str, is_after: bool, shown: str) -> bytes:
        if (scene, is_after) not in self.drawn:
            out = io.BytesIO()
            draw_scene(scene, is_after).save(out, "JPEG", quality=70)
            self.drawn[scene, is_after] = out.getvalue()
            (self.folder / shown).write_bytes(out.getvalue())
        return self.drawn[scene, is_after]


def draw_scene(scene: str, is_after: bool) -> Image.Image:
    image = Image.new("RGB", SIZE, "#9aa39f")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 960, 430), fill="#b9c1bd")
    draw.rectangle((0, 430, 960, 720), fill="#7d8682")
    for x in range(0, 960, 160):
        draw.line((x, 0, x, 430), fill="#a9b2ae", width=3)
    draw.line((0, 560, 960, 600), fill="#d9b400", width=14)
    {
        "machine": _machine,
        "cable": _cable,
        "passage": _passage,
        "extinguisher": _extinguisher,
        "gauge": _gauge,
        "drum": _drum,
    }[scene](draw, is_after)
    return image.filter(ImageFilter.GaussianBlur(0.8))


def _machine(draw: ImageDraw.ImageDraw, is_after: bool) -> None:
    """A press; its guard is a yellow grille in front of the tool."""
    draw.rectangle((250, 90, 710, 200), fill="#2f6f5e")
    draw.rectangle((250, 200, 350, 600), fill="#2b6657")
    draw.rectangle((610, 200, 710, 600), fill="#2b6657")
    draw.rectangle((230, 520, 730, 640), fill="#24564a")
    draw.rectangle((380, 200, 580, 330), fill="#59635f")
    draw.rectangle((420, 330, 540, 380), fill="#3c4441")
    draw.rectangle((380, 470, 580, 520), fill="#59635f")
    draw.ellipse((640, 260, 690, 310), fill="#c4201c")
    draw.rectangle((262, 240, 338, 320), fill="#d7dedb")
    if is_after:
        draw.rectangle((356, 300, 604, 520), outline="#f5c400", width=12)
        for x in range(380, 600, 26):
            draw.line((x, 306, x, 514), fill="#f5c400", width=5)
    else:
        draw.line((356, 300, 356, 340), fill="#f5c400", width=12)
        draw.line((604, 300, 604, 330), fill="#f5c400", width=12)


def _cable(draw: ImageDraw.ImageDraw, is_after: bool) -> None:
    """A switch box, closed and tidy or with a bare cable on the floor."""
    draw.rectangle((300, 110, 620, 470), fill="#cfd6d3", outline="#6d7672", width=8)
    draw.polygon([(460, 160), (400, 290), (450, 290), (430, 380), (520, 240), (465, 240), (500, 160)], fill="#f5c400")
    if is_after:
        draw.rectangle((440, 470, 480, 700), fill="#59635f")
        return
    draw.polygon([(620, 110), (760, 150), (760, 500), (620, 470)], fill="#bac2be", outline="#6d7672")
    draw.line((460, 470, 380, 600, 560, 660, 820, 620), fill="#1d1f1e", width=18, joint="curve")
    draw.line((540, 655, 620, 652), fill="#b8742c", width=12)


def _passage(draw: ImageDraw.ImageDraw, is_after: bool) -> None:
    """A door with a green sign; pallets stand before it or not."""
    draw.rectangle((360, 130, 600, 560), fill="#e4e9e7", outline="#6d7672", width=8)
    draw.rectangle((400, 60, 560, 116), fill="#15803d")
    draw.polygon([(470, 72), (500, 88), (470, 104)], fill="#ffffff")
    draw.rectangle((560, 330, 584, 360), fill="#59635f")
    if not is_after:
        for top in (360, 450, 540):
            draw.rectangle((300, top, 640, top + 76), fill="#a67238", outline="#6b4720", width=6)
            draw.line((300, top + 38, 640, top + 38), fill="#6b4720", width=5)


def _extinguisher(draw: ImageDraw.ImageDraw, is_after: bool) -> None:
    draw.rounded_rectangle((390, 210, 560, 620), 60, fill="#b3211c")
    draw.rectangle((440, 150, 510, 220), fill="#2b2f2d")
    draw.line((510, 180, 640, 260, 620, 420), fill="#1d1f1e", width=16, joint="curve")
    draw.ellipse((430, 300, 520, 390), fill="#ffffff", outline="#2b2f2d", width=6)
    draw.pieslice(
        (438, 308, 512, 382),
        200 if is_after else 140,
        280 if is_after else 200,
        fill="#15803d" if is_after else "#c4201c",
    )


def _gauge(draw: ImageDraw.ImageDraw, is_after: bool) -> None:
    draw.rectangle((0, 520, 960, 570), fill="#59635f")
    draw.rectangle((455, 430, 505, 540), fill="#59635f")
    draw.ellipse((300, 110, 660, 470), fill="#f4f6f5", outline="#2b2f2d", width=16)
    draw.arc((350, 160, 610, 420), 150, 290, fill="#15803d", width=22)
    draw.arc((350, 160, 610, 420), 290, 390, fill="#c4201c", width=22)
    draw.line((480, 290, 400, 210) if is_after else (480, 290, 590, 260), fill="#14201b", width=12)
    draw.ellipse((462, 272, 498, 308), fill="#14201b")


def _drum(draw: ImageDraw.ImageDraw, is_after: bool) -> None:
    draw.rectangle((340, 240, 620, 640), fill="#1f6bd0")
    for y in (340, 460, 580):
        draw.line((340, y, 620, y), fill="#164d9e", width=12)
    draw.ellipse((340, 190, 620, 290), fill="#2a72d4" if is_after else "#22282f", outline="#164d9e", width=8)
    if is_after:
        draw.rectangle((400, 380, 560, 450), fill="#ffffff")
        draw.polygon([(480, 386), (520, 444), (440, 444)], fill="#f27a1a")
