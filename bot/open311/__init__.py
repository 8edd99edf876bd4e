"""What other systems read and file by Open311 GeoReport v2: what of a ticket is public, reports, updates."""
