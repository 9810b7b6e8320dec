from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from tenants.current import current_factory


@deconstructible
class FactoryStorage(FileSystemStorage):
    """Files of the current factory, below its schema's name; there is no URL to them."""

    # Whoever asks for one is refused with an error: files are handed out by a view that asks who may see them.
    base_url: Any = None

    @property
    def base_location(self) -> str:
        return str(Path(settings.MEDIA_ROOT) / current_factory().schema_name)

    @property
    def location(self) -> str:
        return self.base_location
