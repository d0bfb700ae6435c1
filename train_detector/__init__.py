"""Training the learned detector: examples, models, evaluation, export."""
