"""What `aftercare doctor` looks at. Each check returns findings and raises nothing."""
