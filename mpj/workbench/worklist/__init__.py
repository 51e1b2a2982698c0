"""What was set aside, as people work on it: a sheet for each thing to do."""
