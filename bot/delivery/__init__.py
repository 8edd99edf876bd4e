"""Sending the outbox: lines and pace, failures, doubt, providers' reports, copies and costs."""
