"""What citizens do on their page: look a ticket up, add a photo or a place, say whether it is fixed."""
