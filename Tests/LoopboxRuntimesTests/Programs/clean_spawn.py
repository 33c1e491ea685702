import subprocess
import sys

print(subprocess.run([sys.executable, "-c", "import sys, os; print(sys.path, sorted(os.environ))"],
                     capture_output=True).stdout)
