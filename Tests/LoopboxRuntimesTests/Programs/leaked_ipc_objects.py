from multiprocessing import resource_tracker, shared_memory

memory = shared_memory.SharedMemory(create=True, size=16)
print(memory.size)
memory.close()
# The tracker looks when its pipe is closed, which is at the end anyway; this waits for it.
resource_tracker._resource_tracker._stop()
# finding: leaked-ipc-objects - | leaked shared_memory objects to clean up at shutdown
