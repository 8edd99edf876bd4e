"""The pages behind an agency's link: one ticket, its words, and the steps the agency may take."""
