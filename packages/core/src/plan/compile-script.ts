/** Bytes of a module above which it is left to be compiled when it is imported: compiling takes a hundred times its size. */
export const LONGEST_MODULE = 16 * 1024 * 1024;

/**
 * A program for the environment's own Python, 3.7 or newer. `-c SCRIPT STRIP FOLDER...` compiles every module below the
 * folders to checked-hash bytecode (PEP 552) on all cores, leaves what is current as it is, skips links, what is not
 * Python and what is longer than {@link LONGEST_MODULE}, and removes bytecode of other sources or interpreters. `STRIP` is cut off the paths
 * that tracebacks will show.
 *
 * `-c SCRIPT` alone reads modules from standard input, each as two sizes of four bytes (little-endian), a path and a
 * source, and answers each in turn with the path and the bytecode, framed alike; what is not Python has none.
 *
 * The same sources give the same bytes either way, with PYTHONHASHSEED=0 and the options `-sSB -W ignore`: marshal marks
 * objects that anything else in the process refers to, such as the names in this very text, and how deep a source may be
 * nested depends on how deep the calls are already. So both ways are one text, and compile at the same depth.
 */
export const COMPILE_SCRIPT = `import sys
del sys.path[0]
import marshal, os, py_compile
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash

def head_of(source):
    return MAGIC_NUMBER + (3).to_bytes(4, "little") + source_hash(source)

def is_current(source, target):
    try:
        with open(source, "rb") as file:
            head = head_of(file.read())
        with open(target, "rb") as file:
            return file.read(16) == head
    except OSError:
        return False

def compile_one(path, source):
    try:
        code = SourceFileLoader("<py_compile>", path).source_to_code(source, path)
    except Exception:
        return b""
    return head_of(source) + marshal.dumps(code)

def compile_input():
    file, out = sys.stdin.buffer, sys.stdout.buffer
    while True:
        sizes = file.read(8)
        if not sizes:
            break
        path = file.read(int.from_bytes(sizes[:4], "little")).decode("utf-8", "surrogateescape")
        made = compile_one(path, file.read(int.from_bytes(sizes[4:], "little")))
        target = cache_from_source(path).encode("utf-8", "surrogateescape")
        for part in (target, made):
            out.write(len(part).to_bytes(4, "little"))
        out.write(target + made)
        out.flush()

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

def is_module(path):
    if not path.endswith(".py") or os.path.islink(path) or not os.path.isfile(path):
        return False
    return os.path.getsize(path) <= ${LONGEST_MODULE}

if len(sys.argv) == 1:
    compile_input()
    sys.exit()
sources = []
for top in sys.argv[2:]:
    for folder, folders, names in os.walk(top):
        if os.path.basename(folder) == "__pycache__":
            continue
        found = list(filter(is_module, [os.path.join(folder, name) for name in sorted(names)]))
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
