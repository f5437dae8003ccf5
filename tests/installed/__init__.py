"""Tests of what `make install` and the Debian packages put on a machine, used as those do who install it."""
