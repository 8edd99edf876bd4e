"""What the city already knows, as training messages: past complaints, and what people corrected."""
