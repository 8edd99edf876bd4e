"""Who logs in, and what a role may do at all; what exactly they see of a case says ``bot.accounts.sealing``."""

ADMINISTRATOR, COORDINATOR, SEALED_OFFICER = "administrator", "coordinator", "sealed_officer"
AGENCY_OFFICER, LEADERSHIP = "agency_officer", "leadership"

# Coordinators' work: answering, routing, keeping watch.
STAFF = (ADMINISTRATOR, COORDINATOR, SEALED_OFFICER)
# Whoever may read what is not sealed, in the whole city.
READERS = (*STAFF, LEADERSHIP)
ROLES = (*READERS, AGENCY_OFFICER)
