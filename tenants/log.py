import logging


class FactoryFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        from tenants.current import current_schema  # logging is set up before the models exist

        record.tenant = current_schema()
        return True
