"""What django-tenants builds its connection on (ORIGINAL_BACKEND): when the search_path that it has set can be trusted."""

from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """django-tenants itself forgets what it had set after a switch, a rollback and closing."""

    def commit(self) -> None:
        """COMMIT of a broken transaction is a rollback without an error, and takes the SET back."""
        self.search_path_set_schemas = None
        super().commit()

    def create_cursor(self, name: str | None = None) -> Any:
        """Where Django refuses every statement until the rollback, SET too, there is no COPY either, which it cannot see."""
        self.validate_no_broken_transaction()
        return super().create_cursor(name)
