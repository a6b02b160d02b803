"""The state of all open stories, and the kernels that read and change it."""
