def work():
    file = open("/dev/null")
    return file.fileno() >= 0


work()
# finding: unclosed-file 6 | unclosed file
