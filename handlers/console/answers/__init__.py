"""Standing answers, ready sentences, and examples kept for the model."""
