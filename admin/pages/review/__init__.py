"""The pages of what people asked in vain, and of the answers that staff judge."""
