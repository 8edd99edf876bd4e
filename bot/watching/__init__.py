"""What is watched: counted while it happens, looked up when somebody asks, and the road of one message."""
