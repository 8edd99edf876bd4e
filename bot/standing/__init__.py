"""Standing answers and ready sentences that people keep, on top of the files in bot/answers."""
