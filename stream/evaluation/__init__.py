"""Stories and copies measured against labels, and the stages run on a file, without Kafka."""
