"""The HTTP edge: takes requests in, calls ``bot``, and turns what comes back into pages and status codes."""
