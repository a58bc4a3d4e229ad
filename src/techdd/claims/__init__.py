"""What people claim, held against the evidence and against each other."""
