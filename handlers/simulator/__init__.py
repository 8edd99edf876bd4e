"""The simulator: play a citizen in the browser, on this machine, and watch what the system makes of it."""

from handlers.simulator.pages import blueprint

__all__ = ["blueprint"]
