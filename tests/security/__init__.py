"""Attacks, and what came of them: a short form in `make test`, the long one in `make security-test`."""
