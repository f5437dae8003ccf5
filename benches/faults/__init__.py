"""The same faults of a key endpoint, met by this library and by its peers."""
