"""Whether an article joins a story, and whether two stories are one."""
