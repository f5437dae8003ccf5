"""The program `cfaccess` as people run it: real processes, with and without a terminal."""
