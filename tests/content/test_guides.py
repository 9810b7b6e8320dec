"""The guide films are whole in both languages, stand beside the screens that they show, and go away when they have done their work."""

import re

import av
import pytest
from django.conf import settings
from django.urls import reverse
from PIL import Image

from people.permissions import Role
from people.preferences import prefer
from portals import guides
from portals.help.pages import all_pages
from tests import make
from tests.sweep.addresses import ADDRESSES

FILMS = settings.ROOT / "static" / guides.FOLDER
GUIDES = guides.all_guides()
EACH = pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES.keys())
BOTH = pytest.mark.parametrize("language", ["zh", "en"])
CUE = re.compile(r"(\d\d):(\d\d)\.(\d{3}) --> (\d\d):(\d\d)\.(\d{3})\n(.+)")


@EACH
@BOTH
def test_a_film_is_short_small_and_plays_everywhere(guide, language):
    path = FILMS / f"{guide.code}.{language}.mp4"
    assert path.stat().st_size <= 3_000_000
    assert path.read_bytes().find(b"moov") < path.read_bytes().find(b"mdat"), "a phone plays while it loads"
    with av.open(path) as film:
        (picture,) = film.streams
        assert (picture.codec_context.name, picture.codec_context.format.name) == ("h264", "yuv420p")
        assert "Baseline" in picture.codec_context.profile
        assert 5 <= film.duration / 1_000_000 <= 90
        assert next(film.decode(picture)).to_ndarray(format="gray").std() > 20, "it begins with something to see"
        size = picture.width, picture.height
    with Image.open(FILMS / f"{guide.code}.{language}.webp") as poster:
        assert poster.size == size


@EACH
@BOTH
def test_its_captions_are_what_the_guide_says_from_the_beginning_to_the_end(guide, language):
    text = (FILMS / f"{guide.code}.{language}.vtt").read_text(encoding="utf-8")
    cues = [(_seconds(cue[:3]), _seconds(cue[3:6]), cue[6]) for cue in CUE.findall(text)]
    assert text.startswith("WEBVTT\n") and text.count("-->") == len(cues)
    assert [line for _begin, _end, line in cues] == [step[language] for step in guide.steps], "record it again"
    assert all(end - begin >= 2 for begin, end, _line in cues), "long enough to read it"
    with av.open(FILMS / f"{guide.code}.{language}.mp4") as film:
        ends = [0.0, *(end for _begin, end, _line in cues)]
        assert [begin for begin, _end, _line in cues] == ends[:-1]
        assert abs(film.duration / 1_000_000 - ends[-1]) < 0.5


def _seconds(clock: tuple[str, ...]) -> float:
    minutes, seconds, thousandths = map(int, clock)
    return minutes * 60 + seconds + thousandths / 1000


@EACH
def test_a_guide_is_whole_and_shows_screens_that_there_are(guide):
    assert set(guide.texts) == {"zh", "en"}
    assert guide.screens and set(guide.screens) <= {address.name for address in ADDRESSES}
    assert len(guide.steps) >= 4
    for step in guide.steps:
        assert step["zh"] and not re.search(r"[\u4e00-\u9fff]", step["en"]) and "您" not in step["zh"]


@EACH
@BOTH
def test_what_it_calls_a_button_stands_on_one(guide, language, labels):
    quoted = re.findall(r"「([^」]+)」|“([^”]+)”", " ".join(step[language] for step in guide.steps))
    named = {chinese or english for chinese, english in quoted}
    assert not {name for name in named if name not in labels[language] and not re.search(r"\d", name)}


@BOTH
def test_the_page_shows_them_in_the_readers_language(browser, factory, language):
    worker = make.person(Role.WORKER)
    prefer(worker, language="en" if language == "en" else "zh-hans")
    browser.force_login(worker)
    page = browser.get(reverse("field:guides"), {"show": "no-network"}).content.decode()
    for guide in GUIDES.values():
        assert guide.texts[language] in page
        assert f"/static/guides/{guide.code}.{language}.mp4" in page and f"{guide.code}.{language}.vtt" in page
    assert page.count("<video") == len(GUIDES) == page.count('preload="none"') and "autoplay" not in page
    assert re.findall(r'id="([\w-]+)" open', page) == ["no-network"]


def test_a_phone_gets_a_film_in_the_parts_that_it_asks_for(browser):
    film = "/static/guides/report-a-hazard.zh.mp4"
    answer = browser.get(film, headers={"range": "bytes=0-1"})
    assert (answer.status_code, len(answer.getvalue())) == (206, 2)
    assert answer["Content-Type"] == "video/mp4"
    assert browser.get(film.replace("mp4", "vtt"))["Content-Type"].startswith("text/vtt")


def test_the_phone_keeps_no_film_for_a_day_without_network(browser):
    script = browser.get("/sw.js").content.decode()
    assert "guide.js" in script and not any(f'{kind}"' in script for kind in (".mp4", ".vtt", ".webp"))


def test_the_card_on_the_home_page_can_be_put_away(browser, factory):
    browser.force_login(make.person(Role.WORKER))
    home, films = reverse("field:home"), reverse("field:guides")
    assert f'href="{films}"' in browser.get(home).content.decode()
    browser.post(films, {"away": "home", "next": home})
    assert f'href="{films}"' not in browser.get(home).content.decode()
    assert f'href="{films}"' in browser.get(reverse("field:me")).content.decode(), "it is found again"


def test_the_film_stands_beside_its_screen_until_its_reader_can_do_it(browser, factory):
    make.policies()
    worker = make.person(Role.WORKER)
    browser.force_login(worker)
    link = f"{reverse('field:guides')}?show=report-a-hazard#report-a-hazard"
    for _time in range(guides.ENOUGH):
        assert link in browser.get(reverse("field:report")).content.decode()
        make.hazard(reporter=worker)
    assert link not in browser.get(reverse("field:report")).content.decode()


def test_the_film_beside_a_screen_can_be_put_away(browser, factory):
    browser.force_login(make.person(Role.WORKER))
    learn = reverse("field:learn")
    assert "?show=learn-a-lesson" in browser.get(learn).content.decode()
    answer = browser.post(reverse("field:guides"), {"away": "learn-a-lesson", "next": learn})
    assert answer["Location"] == learn
    assert "?show=learn-a-lesson" not in browser.get(learn).content.decode()
    assert "?show=no-network" in browser.get(reverse("field:sync")).content.decode(), "the others stay"


def test_nothing_but_a_film_can_be_put_away(browser, factory):
    browser.force_login(make.person(Role.WORKER))
    answer = browser.post(reverse("field:guides"), {"away": "\0x", "next": "https://elsewhere.example/"})
    assert answer["Location"] == reverse("field:home")
    assert guides.KEY not in browser.session


def test_the_help_about_the_same_screen_shows_it_first(browser, factory):
    page = browser.get(reverse("help:page", args=["take-photos"])).content.decode()
    assert re.findall(r'src="([^"]+)" type="video/mp4"', page) == ["/static/guides/take-photos.zh.mp4"]
    assert page.index("<video") < page.index('<section class="w-card"><ol'), "before what is written"
    assert "<video" not in browser.get(reverse("help:page", args=["pay"])).content.decode()
    assert {guide.code for guide in GUIDES.values()} <= all_pages().keys(), "a film has its page of help"
