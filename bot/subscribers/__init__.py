"""Systems that are told what happens to tickets: which events, in which words, and when it stops."""
