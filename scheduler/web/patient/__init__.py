"""What patients open themselves: the page behind the link in every text, its calendar, stopping messages."""
