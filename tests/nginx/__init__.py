"""The module for nginx in real nginx."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "vectors" / "generate"))
