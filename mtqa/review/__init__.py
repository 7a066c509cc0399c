"""The way back: what a reviewer decided about a run, checked and written into the files."""
