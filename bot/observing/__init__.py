"""What operators see of a running process: measures, logs and request ids. Never a text, never a person."""
