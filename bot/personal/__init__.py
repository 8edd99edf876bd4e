"""Personal data: consents, what citizens ask about it, erasing with proof and ledger, keeping times."""
