"""The embed stage: raw messages in, records of `articles.embedded` out."""
