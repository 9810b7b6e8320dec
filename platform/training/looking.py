"""What a file of a course really is: told by its content, whatever it is called; a refusal says what to do instead."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import av
from av.video.stream import VideoStream
from django.utils.translation import gettext as _
from PIL import Image

from core.errors import DomainError
from core.papers import read_pdf
from training.models import Media

MB = 2**20
MOST_BYTES = {Media.Kind.VIDEO: 500 * MB, Media.Kind.HANDOUT: 50 * MB, Media.Kind.CAPTIONS: MB}
LONGEST_VIDEO = 4 * 3600
POSTER_SIDE = 960
# What every phone of the last years plays. Naming the demuxer keeps playlists, which fetch other files, away from FFmpeg.
_PLAYED = {
    "video/mp4": ("mp4", {"h264"}, {"aac", "mp3"}),
    "video/webm": ("matroska", {"vp8", "vp9"}, {"opus", "vorbis"}),
}
_PIXELS = {"yuv420p", "yuvj420p"}
_CUE = re.compile(
    r"((?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3})[ \t]+-->[ \t]+((?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3})(?:[ \t].*)?"
)
_STRANGE_TAG = re.compile(r"<(?!/?(?:b|i|u|c|v|lang|ruby|rt)\b|/?(?:\d{2,}:)?\d\d:\d\d\.\d{3}>)")


@dataclass(frozen=True)
class Found:
    """poster: of a video, a picture from it."""

    content_type: str
    seconds: int | None = None
    poster: Image.Image | None = None


def look_into(kind: str, path: Path) -> Found:
    """Refuses with a sentence what is not of this kind."""
    looks = {Media.Kind.VIDEO: _video, Media.Kind.HANDOUT: _handout, Media.Kind.CAPTIONS: _captions}
    with path.open("rb") as file:
        return looks[Media.Kind(kind)](file)


def _video(file: BinaryIO) -> Found:
    refusal = DomainError(
        _("This is not a video that phones play. Save it as MP4 (H.264) or WebM and upload it again.")
    )
    content_type = _container(file)
    if content_type not in _PLAYED:
        raise refusal
    demuxer, pictures, sounds = _PLAYED[content_type]
    try:
        with av.open(file, format=demuxer, metadata_errors="ignore") as container:
            if len(container.streams.video) != 1:
                raise refusal
            stream = container.streams.video[0]
            _refuse_codecs(stream, [each.codec_context.name for each in container.streams.audio], pictures, sounds)
            seconds = _length(container, stream)
            poster = _poster(container, stream, seconds)
    except (av.FFmpegError, ValueError, OverflowError, EOFError, MemoryError):
        raise refusal from None
    if not 1 <= seconds <= LONGEST_VIDEO:
        raise DomainError(_("The video must run between a second and four hours. Cut it."))
    return Found(content_type, seconds, poster)


def _container(file: BinaryIO) -> str:
    """By the first bytes, and of an MP4 by all its parts: they fill the file, so that nothing else hides behind them."""
    head = file.read(64)
    file.seek(0)
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head:
        return "video/webm"
    return "video/mp4" if head[4:8] == b"ftyp" and head[8:12] != b"qt  " and _is_filled(file) else ""


def _is_filled(file: BinaryIO) -> bool:
    end, at = file.seek(0, 2), 0
    while at < end:
        file.seek(at)
        head = file.read(16)
        size = int.from_bytes(head[:4], "big")
        size = int.from_bytes(head[8:16], "big") if size == 1 else end - at if size == 0 else size
        if size < 8 or not re.fullmatch(rb"[\w\xa9 -]{4}", head[4:8]):
            return False
        at += size
    file.seek(0)
    return at == end


def _refuse_codecs(stream: VideoStream, heard: list[str], pictures: set[str], sounds: set[str]) -> None:
    codec = stream.codec_context
    for name in {codec.name} - pictures | set(heard) - sounds:
        raise DomainError(
            _(
                "The video is coded as %(codec)s, which not every phone plays. Save it as MP4 (H.264) and upload it again."
            )
            % {"codec": name}
        )
    if codec.pix_fmt not in _PIXELS or not 0 < codec.width * codec.height <= 4096 * 2304:
        raise DomainError(
            _("The picture of this video is of a kind that phones do not play. Save it as MP4, 1080p, 8 bit.")
        )


def _length(container: Any, stream: VideoStream) -> int:
    """From its packets: what the head says may be wrong, and what a browser recorded says nothing."""
    last = 0.0
    for packet in container.demux(stream):
        if packet.pts is not None and packet.time_base:
            last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return round(last)


def _poster(container: Any, stream: VideoStream, seconds: int) -> Image.Image:
    """A second into it, because videos begin in black."""
    at = min(seconds / 10, 5.0)
    for place in (at, 0.0):
        container.seek(int(place / float(stream.time_base or 1)), stream=stream)
        for frame in container.decode(stream):
            picture = frame.to_image()
            picture.thumbnail((POSTER_SIDE, POSTER_SIDE))
            return picture
    raise ValueError("no picture in it")


def _handout(file: BinaryIO) -> Found:
    read_pdf(file)
    return Found("application/pdf")


def _captions(file: BinaryIO) -> Found:
    try:
        text = (
            file.read(MOST_BYTES[Media.Kind.CAPTIONS] + 1).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        )
    except UnicodeDecodeError:
        raise DomainError(_("The captions are not UTF-8. Save them as WebVTT (.vtt), UTF-8.")) from None
    head, *blocks = re.split(r"\n{2,}", text.strip("\n"))
    if "\0" in text or not re.match(r"WEBVTT(?:[ \t]|$)", head.split("\n")[0]):
        raise DomainError(_("This is no WebVTT: its first line is “WEBVTT”. Save the captions as .vtt."))
    cues = [block for block in blocks if block.strip() and not re.match(r"NOTE(\s|$)", block)]
    for number, block in enumerate(cues, 1):
        _refuse_cue(number, block.strip("\n").split("\n"))
    if not cues:
        raise DomainError(_("There is no caption in this file."))
    return Found("text/vtt")


def _refuse_cue(number: int, lines: list[str]) -> None:
    timing = next((_CUE.fullmatch(line.strip()) for line in lines[:2] if "-->" in line), None)
    if timing is None or _moment(timing[1]) >= _moment(timing[2]):
        raise DomainError(
            _("Caption %(number)d has no times that can be read, such as 00:01.000 --> 00:04.000.") % {"number": number}
        )
    if any(_STRANGE_TAG.search(line) for line in lines if "-->" not in line):
        raise DomainError(
            _("Caption %(number)d holds something else than words. Leave only its text.") % {"number": number}
        )


def _moment(text: str) -> float:
    hours, minutes, seconds = ["0", *text.split(":")][-3:]
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
