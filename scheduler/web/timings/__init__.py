"""A clinic's timings: the draft of an edition, its effect, publishing, rehearsing, and the editions."""
