class Resource:
    def __del__(self):
        raise ValueError("too late")


resource = Resource()
del resource
# finding: unraisable-exception 3 | ValueError: too late
