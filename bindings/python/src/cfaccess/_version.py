"""The version of this package, the same as the library's (`Cargo.toml`)."""

__version__ = "0.1.0"
