"""The fold: the records of one shard in log order in, stories and assignments out."""
