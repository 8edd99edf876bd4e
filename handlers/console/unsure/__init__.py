"""One message at a time: unsure messages, light questions, answering what waits."""
