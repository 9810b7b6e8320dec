"""Photos, voices, videos, papers."""

import io
import wave
from functools import cache

import av
import pypdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.attachments import keep_photo
from core.models import Attachment
from people.models import User
from people.permissions import Role
from tests.make.base import numbers
from tests.make.plant import person
from training.actions import (
    begin_media,
    look_into_media,
    take_piece,
)
from training.actions.media import PIECE
from training.models import Media


def photo_file(name: str = "photo.jpg", size: tuple[int, int] = (640, 480)) -> SimpleUploadedFile:
    """A picture as a phone sends it; no two are the same."""
    out = io.BytesIO()
    number = next(numbers)
    Image.new("RGB", size, (number % 256, number // 256 % 256, 90)).save(out, "JPEG", comment=str(number).encode())
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def voice_file(name: str = "voice.wav") -> SimpleUploadedFile:
    """A tenth of a second of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 800)
    return SimpleUploadedFile(name, out.getvalue(), "audio/wav")


@cache
def video(
    seconds: int = 3,
    codec: str = "libx264",
    container: str = "mp4",
    size: tuple[int, int] = (160, 96),
    *,
    noise: bool = False,
) -> bytes:
    """A small video whose picture grows brighter."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        stream = made.add_stream(codec, rate=5)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for n in range(seconds * 5):
            picture = Image.new("RGB", size, (n * 3 % 256, 90, 120))
            if noise:
                picture = Image.effect_noise(size, 90).convert("RGB")
            made.mux(stream.encode(av.VideoFrame.from_image(picture)))
        made.mux(stream.encode())
    return out.getvalue()


def handout(pages: int = 1) -> bytes:
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    for _page in range(pages):
        writer.add_blank_page(300, 200)
    writer.write(out)
    return out.getvalue()


CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\n先停机，再动手\n"


def media(kind: str = "video", content: bytes | str = b"", *, by: User, name: str = "") -> Media:
    """A file that came in one piece and was looked into."""
    made = {"video": video, "handout": handout, "captions": CAPTIONS.encode}
    content = content or made[kind]()
    content = content.encode() if isinstance(content, str) else content
    row = begin_media(kind, name or f"{kind}.bin", len(content), by=by)
    for at in range(0, len(content), PIECE):
        row = take_piece(row, at, content[at : at + PIECE], by=by)
    look_into_media(row)
    row.refresh_from_db()
    return row


def photo(by: User | None = None) -> Attachment:
    return keep_photo(photo_file(), by=by or person(Role.WORKER))
