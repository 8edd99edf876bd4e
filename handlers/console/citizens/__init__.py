"""About those who write: taking over, blocking, thanks, registered servants."""
