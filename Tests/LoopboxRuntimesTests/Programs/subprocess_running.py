import subprocess


def work():
    process = subprocess.Popen(["sleep", "0.3"])
    return process.pid


work()
# finding: subprocess-still-running 5 | is still running
