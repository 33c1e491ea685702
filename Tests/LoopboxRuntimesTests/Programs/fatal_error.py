import faulthandler


def crash():
    faulthandler._sigsegv()


crash()
# report: incomplete
# finding: fatal-error 5 | Segmentation fault
