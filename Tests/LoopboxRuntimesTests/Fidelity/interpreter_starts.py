import tracemalloc, sys
import _xxsubinterpreters as I
class A: pass
a = A()
print("traced before:", tracemalloc.is_tracing(), tracemalloc.get_object_traceback(a) is not None)
i = I.create()
r = I.run_string(i, "import sys; print('sub', [m for m in sys.modules if 'loopbox' in m], sys.path[:1] == [''], flush=True)")
I.destroy(i)
print("traced after:", tracemalloc.is_tracing(), tracemalloc.get_object_traceback(a) is not None)
f = open(__file__)
# needs: _xxsubinterpreters
