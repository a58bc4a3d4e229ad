"""Ways to interview: each asks the open items of checklists and writes the one answer journal."""
