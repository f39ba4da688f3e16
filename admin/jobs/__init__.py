"""Work that takes longer than a request: a row in a queue, taken up by a runner, with progress that pages show."""
