"""A clinic's day and its own matters: today, what waits for somebody, the outbox, the team, the settings."""
