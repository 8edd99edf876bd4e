"""Who logs in and what they may see: accounts, passwords, roles, sealed cases, registered servants."""
