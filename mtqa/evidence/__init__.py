"""Evidence: statistics on stored results. Pure: lines of `segments.jsonl` in, records of numbers out."""
