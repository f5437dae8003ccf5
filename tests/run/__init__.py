"""Runs every test of every language, from the standard library only: it starts before anything is set up."""
