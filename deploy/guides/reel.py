"""A film as a list of frames: the phone's screen, above it the caption, over it the finger. Its time is its own, so that a
slow machine makes no slow film."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import av
from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, BAND = 520, 1124, 196
RATE = 12
EDGE = 24
_BRAND, _TRACK, _FINGER = "#0a4338", "#2c6a5c", (255, 122, 0)
_SIZES = {"zh": (46, 42, 38, 34), "en": (38, 35, 32, 29)}
_LEADING, _MOST_LINES = 1.22, 3
# Where a row may not end: in what stands on a button, in a Latin word, before a closing mark.
_PAUSES = "，。；：？！、,.;:?!"
_WORD = re.compile(r"(?:「[^」]{1,8}」|[!-~“”’]+|[^ ])[，。、；：？！」）]* *")
# Seconds that a caption stands before anything moves: so much at least, and so much for each sign.
_LEAST = 1.9
_PER_SIGN = {"zh": 0.13, "en": 0.042}
_COMES, _PRESSES = 8, 3

Point = tuple[int, int]


@dataclass(frozen=True)
class Frame:
    screen: Image.Image
    line: int
    finger: tuple[Point, int] | None = None  # where, and which moment of the tap


@dataclass
class Reel:
    language: str
    frames: list[Frame] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    steps: int = 0

    @property
    def seconds(self) -> float:
        return len(self.frames) / RATE

    def say(self, line: str) -> None:
        self.lines.append(line)

    def read(self, screen: Image.Image) -> None:
        """The caption of now, as long as it takes to read it."""
        self.hold(screen, _LEAST + _PER_SIGN[self.language] * len(self.lines[-1]))

    def hold(self, screen: Image.Image, seconds: float) -> None:
        self._soften(screen)
        self.frames += [Frame(screen, len(self.lines) - 1)] * max(1, round(seconds * RATE))

    def move(self, screen: Image.Image) -> None:
        """One frame of something that moves by itself."""
        self.frames.append(Frame(screen, len(self.lines) - 1))

    def tap(self, screen: Image.Image, at: Point, *, is_quick: bool = False) -> None:
        moments = range(_COMES - 2 if is_quick else 0, _COMES + (2 if is_quick else _PRESSES))
        self.frames += [Frame(screen, len(self.lines) - 1, (at, moment)) for moment in moments]

    def _soften(self, screen: Image.Image) -> None:
        """One frame between two screens, so that nothing jumps."""
        if self.frames and self.frames[-1].screen is not screen:
            self.move(Image.blend(self.frames[-1].screen, screen, 0.5))

    def write(self, path: Path) -> None:
        with av.open(str(path.with_name(f"{path.name}.mp4")), "w", options={"movflags": "+faststart"}) as film:
            options = {"profile": "baseline", "preset": "slow", "crf": "32", "tune": "animation", "threads": "2"}
            stream = film.add_stream("libx264", rate=RATE, options=options)
            stream.width, stream.height, stream.pix_fmt, stream.gop_size = WIDTH, HEIGHT, "yuv420p", RATE * 20
            for frame in self.frames:
                film.mux(stream.encode(av.VideoFrame.from_image(self._drawn(frame))))
            film.mux(stream.encode())
        path.with_name(f"{path.name}.vtt").write_text(self._captions(), encoding="utf-8")
        middle = next(frame for frame in self.frames if frame.line == (len(self.lines) - 1) // 2)
        poster = self._drawn(next(f for f in self.frames[self.frames.index(middle) + 3 :] if f.line == middle.line))
        poster.save(path.with_name(f"{path.name}.webp"), quality=62, method=6)

    def _captions(self) -> str:
        cues, begin = ["WEBVTT"], 0
        for number, line in enumerate(self.lines):
            end = begin + sum(frame.line == number for frame in self.frames)
            cues.append(f"{_clock(begin)} --> {_clock(end)}\n{line}")
            begin = end
        return "\n\n".join(cues) + "\n"

    def _drawn(self, frame: Frame) -> Image.Image:
        picture = Image.new("RGB", (WIDTH, HEIGHT), _BRAND)
        picture.paste(_band(self.language, self.lines[frame.line], frame.line + 1, self.steps), (0, 0))
        picture.paste(frame.screen, (0, BAND))
        if frame.finger:
            (x, y), moment = frame.finger
            _draw_finger(picture, (x, y + BAND), moment)
        return picture


def _clock(frames: int) -> str:
    milliseconds = round(frames * 1000 / RATE)
    return f"{milliseconds // 60000:02}:{milliseconds // 1000 % 60:02}.{milliseconds % 1000:03}"


def _draw_finger(picture: Image.Image, at: Point, moment: int) -> None:
    """A ring that closes in on the place, then a filled circle: pressed."""
    is_down = moment >= _COMES
    radius = 30 if is_down else 34 + (_COMES - 1 - moment) * 5
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    box = (at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius)
    draw.ellipse(box, fill=(*_FINGER, 150 if is_down else 40), outline=(255, 255, 255, 230), width=9)
    draw.ellipse(tuple(side + (2 if n < 2 else -2) for n, side in enumerate(box)), outline=(*_FINGER, 255), width=5)
    picture.paste(layer, (0, 0), layer)


@cache
def _band(language: str, line: str, step: int, steps: int) -> Image.Image:
    band = Image.new("RGB", (WIDTH, BAND), _BRAND)
    draw = ImageDraw.Draw(band)
    # The project's font draws these as wide as a Chinese sign.
    font, rows = _fitting(language, line.replace("“", '"').replace("”", '"').replace("’", "'"))
    height = round(font.size * _LEADING)
    top = (BAND - 22 - height * len(rows)) // 2
    for number, row in enumerate(rows):
        draw.text((EDGE, top + number * height + height // 2), row, "#ffffff", font, anchor="lm")
    for number in range(steps):
        left = EDGE + number * (WIDTH - 2 * EDGE + 6) / steps
        right = left + (WIDTH - 2 * EDGE + 6) / steps - 6
        draw.rounded_rectangle((left, BAND - 18, right, BAND - 10), 4, "#ffffff" if number < step else _TRACK)
    return band


def _fitting(language: str, line: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest letters in which the caption fits above the screen, broken where one pauses, else into rows of about the same length."""
    for size in _SIZES[language]:
        font = ImageFont.truetype(str(Path(settings.PDF_FONT_DIR) / "NotoSansSC-Bold.ttf"), size)
        widest = WIDTH - 2 * EDGE
        rows = _rows(line, font, widest)
        fewest = len(rows)
        if fewest <= _MOST_LINES and size * _LEADING * fewest <= BAND - 52:
            others = (_rows(line, font, width) for width in range(widest // 3, widest, 10))
            even = [rows for rows in others if len(rows) == fewest]
            return font, max([*even, rows], key=lambda rows: sum(row[-1] in _PAUSES for row in rows))
    raise ValueError(f"too long for a caption: {line}")


def _rows(line: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    rows = [""]
    for word in _WORD.findall(line):
        if font.getlength((rows[-1] + word).strip()) > width and rows[-1]:
            rows.append("")
        rows[-1] += word
    return [row.strip() for row in rows]
