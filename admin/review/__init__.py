"""What people asked and did not get: grouped by meaning, with its cause, mended, and asked again after publishing."""
