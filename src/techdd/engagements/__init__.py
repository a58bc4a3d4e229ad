"""Many engagements: which there are, how one is handed over, archived and purged."""
