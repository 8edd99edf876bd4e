"""What comes due by itself: follow-ups, asking again, digests, alerts to coordinators."""
