import logging


class FactoryFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        from tenants.current import current_schema  # logging is set up before the models exist

        # Django writes down a refused request after the request has left its factory.
        if hasattr(record, "request"):
            factory = getattr(record.request, "tenant", None)
            record.tenant = factory.schema_name if factory else "public"
        else:
            record.tenant = current_schema()
        return True
