"""What Newsfold publishes: events, their JSON Schemas and their CloudEvents headers."""
