"""Two pages that bring the same file at the same moment: every byte comes once."""

from pathlib import Path

from django.core.files.storage import default_storage

from people.permissions import Role
from tests import make
from tests.threads import at_once
from training import actions


def test_of_two_pieces_for_one_place_one_is_sent_back(fresh_factory):
    trainer = make.person(Role.TRAINER)
    media = actions.begin_media("video", "a.mp4", 2000, by=trainer)
    pieces = [b"a" * 1000, b"b" * 1000]
    given = at_once(
        fresh_factory, *(lambda piece=piece: actions.take_piece(media, 0, piece, by=trainer) for piece in pieces)
    )
    assert sorted(type(each).__name__ for each in given) == ["Media", "WrongStatus"]
    media.refresh_from_db()
    assert media.arrived == 1000
    assert Path(default_storage.path(media.file.name)).read_bytes() in pieces
