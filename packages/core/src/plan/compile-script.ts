/**
 * A program for the environment's own Python, 3.7 or newer: `-c SCRIPT STRIP FOLDER...` compiles every module below the
 * folders to checked-hash bytecode (PEP 552) on all cores, leaves what is current as it is, skips what is not Python, and
 * removes bytecode of other sources or interpreters. `STRIP` is cut off the paths that tracebacks will show. The same
 * sources give the same bytes with PYTHONHASHSEED=0 and the options `-sSB -W ignore`.
 */
export const COMPILE_SCRIPT = `import sys
del sys.path[0]
import os, py_compile
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash

def is_current(source, target):
    try:
        with open(source, "rb") as file:
            head = MAGIC_NUMBER + (3).to_bytes(4, "little") + source_hash(file.read())
        with open(target, "rb") as file:
            return file.read(16) == head
    except OSError:
        return False

def compile_all(sources):
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    for source in sources:
        target = cache_from_source(source)
        if is_current(source, target):
            continue
        try:
            py_compile.compile(source, target, source[len(sys.argv[1]):], doraise=True, invalidation_mode=mode)
        except (py_compile.PyCompileError, FileExistsError):
            pass

sources = []
for top in sys.argv[2:]:
    for folder, folders, names in os.walk(top):
        if os.path.basename(folder) == "__pycache__":
            continue
        found = [os.path.join(folder, name) for name in sorted(names) if name.endswith(".py")]
        sources += found
        kept = {os.path.basename(cache_from_source(source)) for source in found}
        cache = os.path.join(folder, "__pycache__")
        if os.path.isdir(cache) and not os.path.islink(cache):
            for name in os.listdir(cache):
                if name.endswith(".pyc") and name not in kept:
                    os.unlink(os.path.join(cache, name))
            if not os.listdir(cache):
                os.rmdir(cache)
sources.sort()
try:
    cores = len(os.sched_getaffinity(0))
except AttributeError:
    cores = os.cpu_count() or 1
workers = max(1, min(cores, len(sources) // 32))
children = []
for index in range(1, workers):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            compile_all(sources[index::workers])
            status = 0
        finally:
            os._exit(status)
    children.append(child)
compile_all(sources[::workers])
if any([os.waitpid(child, 0)[1] for child in children]):
    sys.exit("compiling Python modules failed")
`;
