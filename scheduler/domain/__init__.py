"""The pure part: protocols, local time, timelines and texts. No clock, no database, no framework."""
