"""Licences of the demo: most in date, four that have ended, one that waits to be checked; who is put on which work."""

import io
import random
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from core.attachments import keep_photo
from core.models import Attachment
from people.models import User
from portals.operator.demo.setup import Site
from training.actions import Card, clear_for_work, file_licence, record_licence
from training.gate import may_do
from training.models import LicenceKind, Work

# Job role, kind of licence, and the work that goes with it.
TRADES = (
    ("welder", "SW-WELD", Work.HOT_WORK),
    ("electrician", "SW-ELEC", Work.ELECTRICAL),
    ("forklift-driver", "SE-N1", Work.FORKLIFT),
    ("crane-driver", "SE-Q2", Work.CRANE),
)
# Days from today to the end of the first people's licences; those of the others end some time later.
ENDS, PUT_ON = (-12, 5, 24, 80), 4


def write_licences(site: Site, today: date, rng: random.Random) -> None:
    officer = site.user("周敏")
    kinds = {kind.code: kind for kind in LicenceKind.objects.newest()}
    for role, code, work in TRADES:
        people = list(User.objects.filter(job_role__code=role).order_by("pk"))
        for number, person in enumerate(people):
            left = ENDS[number] if number < len(ENDS) else rng.randrange(200, 1300)
            record_licence(person, _card(kinds[code], today + timedelta(left), rng), by=officer)
            if number <= PUT_ON and not may_do(person, work, today):
                clear_for_work(person, work, by=officer)
    waiting = User.objects.filter(job_role__code="welder").order_by("-pk")[0]
    file_licence(_filed(waiting, kinds["SW-HEIGHT"], today), by=waiting)


def _card(kind: LicenceKind, ends_on: date, rng: random.Random) -> Card:
    issued_on = ends_on + timedelta(days=1) - relativedelta(months=kind.valid_months)
    reviewed_on = issued_on + relativedelta(months=34)
    held = LicenceKind.objects.of(kind.code, issued_on)
    is_reviewed = bool(held and held.review_months) and reviewed_on < ends_on
    number = f"T3301{rng.randrange(10**13):013}"
    return Card(kind.code, issued_on, number, ends_on, "以证面为准", reviewed_on if is_reviewed else None)


def _filed(person: User, kind: LicenceKind, today: date) -> Card:
    photo = _photo(person)
    return Card(kind.code, today - timedelta(days=20), "T330100000000000001", front=photo)


def _photo(person: User) -> Attachment:
    """A card without words: a portrait's outline and lines where its words would be."""
    picture = Image.new("RGB", (960, 600), "#c9d3cf")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((80, 60, 880, 540), 28, fill="#f4f7f5", outline="#1f6f54", width=6)
    draw.rectangle((80, 60, 880, 140), fill="#1f6f54")
    draw.ellipse((180, 200, 280, 310), fill="#9fb3ab")
    draw.pieslice((140, 300, 320, 520), 180, 360, fill="#9fb3ab")
    for line in range(5):
        draw.rectangle((380, 200 + 60 * line, 380 + (400, 320, 440, 260, 360)[line], 220 + 60 * line), fill="#b8c4bf")
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=85)
    return keep_photo(SimpleUploadedFile("card.jpg", content.getvalue(), "image/jpeg"), by=person)
