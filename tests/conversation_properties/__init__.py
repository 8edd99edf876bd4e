"""Properties that hold in every conversation, whatever is said, in whatever order, however late."""
