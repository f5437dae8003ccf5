"""`cfaccess local` as its clients see it: raw sockets in front, an origin of the tests behind."""
