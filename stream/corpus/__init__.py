"""The sample corpus of the demo and the tests: invented articles of invented outlets, with labels."""
