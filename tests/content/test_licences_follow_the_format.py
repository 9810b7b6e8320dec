"""content/FORMAT.md for the kinds of licences."""

import yaml

from tests.content.rules import CONTENT, bad_sources, bad_words
from training.library import written_licence_kinds
from training.models import LicenceKind, Work

FILE = yaml.safe_load((CONTENT / "licences.yaml").read_text(encoding="utf-8"))
VERSION = {"version", "valid_from", "valid_months", "review_months", "reviewed_until", "sources"}


def test_every_text_has_both_languages_and_every_source_its_trust():
    assert bad_words(FILE) == []
    assert bad_sources(FILE) == []
    assert all(version["sources"] for kind in FILE["kinds"] for version in kind["versions"])


def test_codes_are_unique_and_versions_follow_each_other():
    codes = [kind["code"] for kind in FILE["kinds"]]
    assert len(set(codes)) == len(codes)
    for kind in FILE["kinds"]:
        versions = kind["versions"]
        assert [row["version"] for row in versions] == list(range(1, len(versions) + 1))
        days = [row["valid_from"] for row in versions]
        assert days == sorted(set(days))
        assert all(set(row) <= VERSION and row["valid_months"] > 0 for row in versions)


def test_works_are_those_that_the_gate_knows():
    named = {work for kind in FILE["kinds"] for work in kind["works"]}
    assert named == set(Work.values) - {Work.CONFINED_SPACE}


def test_every_row_is_one_that_the_table_takes():
    columns = {field.name for field in LicenceKind._meta.fields}
    assert all(set(row) <= columns for row in written_licence_kinds())
