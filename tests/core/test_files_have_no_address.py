"""Files are handed out by a view that asks who may see them; the storage itself has no address to give away."""

import pytest
from django.core.files.storage import default_storage


def test_the_storage_gives_no_address(factory):
    with pytest.raises(ValueError, match="not accessible"):
        default_storage.url("original/photo.bin")
