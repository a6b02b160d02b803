"""From text to evidence: words, names and how common they are."""
