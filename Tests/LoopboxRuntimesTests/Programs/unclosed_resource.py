import os


def work():
    entries = os.scandir("/")
    next(entries)


work()
# finding: unclosed-resource 5 | unclosed scandir iterator
