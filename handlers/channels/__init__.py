"""Ways in and out, one module each: receive a message, send one, tell what became of it."""
