"""What the endpoint's faults do to those who verify tokens, with a C program as the caller."""
