"""As in core: a person is found however the number was typed."""

from core.phones import normal_phone

__all__ = ["normal_phone"]
