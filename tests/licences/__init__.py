"""Checks of what others wrote: under which licence it stands, and where it comes from."""
