"""The leadership's figures of a whole database: how fast they are counted, and whether a second count agrees."""
