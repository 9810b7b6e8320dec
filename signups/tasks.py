from signups import actions
from tenants import due

due.handler("signups.forget")(actions.forget)
