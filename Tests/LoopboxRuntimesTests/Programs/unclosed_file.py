def work():
    file = open("/dev/null")
    return file.fileno() >= 0


work()
# finding: unclosed-file 2 | unclosed file | Write `with open("/dev/null") as file:` round its use
