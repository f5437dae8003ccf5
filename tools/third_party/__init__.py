"""What others wrote and is linked into what we publish: their notices, and the list of it (SBOM)."""
