"""The history engine: every commit read once from git, in parallel, kept by its id."""
