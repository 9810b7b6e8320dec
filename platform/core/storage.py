from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from tenants.current import current_factory


@deconstructible
class FactoryStorage(FileSystemStorage):
    """Files of the current factory, below its schema's name; there is no URL to them."""

    def __init__(self) -> None:
        super().__init__(base_url=None)

    @property
    def base_location(self) -> str:
        return str(Path(settings.MEDIA_ROOT) / current_factory().schema_name)

    @property
    def location(self) -> str:
        return self.base_location

    def url(self, name: str | None) -> str:
        raise NotImplementedError("files are handed out by a view that checks who asks")
