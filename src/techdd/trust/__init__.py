"""Whether a report is what the adviser gave: signed, and checked again by whoever receives it."""
