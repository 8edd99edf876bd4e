"""The leadership's figures: what is counted, for which time, and how it is read."""
