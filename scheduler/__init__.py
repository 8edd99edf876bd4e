"""When things happen: the worker's loops, and APScheduler's ticks over due rows."""
