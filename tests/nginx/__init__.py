"""The module for nginx in real nginx."""

import os
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("CFACCESS_LIBRARY", str(_ROOT / "target" / "release" / "libcfaccess.so"))
sys.path.append(str(_ROOT / "tests" / "vectors" / "generate"))
sys.path.append(str(_ROOT / "bindings" / "python" / "src"))
