import os
import sys

sys.stdout.flush()
os.execv(sys.executable, [sys.executable, "-c", "import os; print(sorted(os.environ))"])
# report: incomplete
