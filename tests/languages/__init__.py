"""Other languages call the library by its C ABI."""

import sys
from pathlib import Path

# Where `mint` is.
sys.path.append(str(Path(__file__).resolve().parents[1] / "vectors" / "generate"))
