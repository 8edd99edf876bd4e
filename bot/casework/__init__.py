"""A worker's round: a conversation's turn carried out in one transaction, with all its effects."""
