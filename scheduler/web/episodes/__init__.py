"""The patients whose plans run: finding them, how their messages fare, one plan in full, and changing it."""
