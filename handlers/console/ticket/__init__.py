"""The page of one ticket: its view, its forms and actions, who else has it open."""
