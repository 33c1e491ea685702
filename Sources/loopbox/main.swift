print("loopbox")
