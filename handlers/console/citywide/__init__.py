"""The city as a whole: incidents, announcements, what messages cost."""
