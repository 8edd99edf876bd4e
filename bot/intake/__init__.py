"""What comes in: the inbox, floods of messages, files and pictures, messages that the webhook lost."""
