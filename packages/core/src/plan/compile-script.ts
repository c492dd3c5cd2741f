/**
 * Bytes of a module above which it is left to be compiled when it is imported: compiling takes a hundred times its
 * size.
 */
export const LONGEST_MODULE = 16 * 1024 * 1024;

/**
 * A program for the environment's own Python, 3.7 or newer. `-c SCRIPT STRIP FOLDER...` compiles every module below the
 * folders to checked-hash bytecode (PEP 552) on all cores, leaves what is current as it is, skips links, what is not
 * Python and what is longer than {@link LONGEST_MODULE}, and removes bytecode of other sources or interpreters. `STRIP`
 * is cut off the paths that tracebacks will show.
 *
 * `-c SCRIPT` alone reads modules from standard input, each as two sizes of four bytes (little-endian), a path and a
 * source, and answers each in turn with the path and the bytecode, framed alike; what is not Python has none.
 *
 * The same sources give the same bytes either way and in any order, with PYTHONHASHSEED=0 and the options
 * `-sSB -W ignore`. marshal marks each object that anything else refers to, and a name is one object in the whole
 * process, so what was compiled or imported before would show: therefore something else refers to every name and
 * constant here. Sets of texts are one object or two for the same reason, and become two; a text of one character stays
 * a name once it is one, so all of them are from the start. How deep a source may be nested depends on how deep the
 * calls are already, which is why both ways compile in one place.
 */
export const COMPILE_SCRIPT = `import sys
del sys.path[0]
import marshal, os
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from types import CodeType

for at in range(256):
    sys.intern(chr(at))

def head_of(source):
    return MAGIC_NUMBER + (3).to_bytes(4, "little") + source_hash(source)

def settled(code, held):
    for names in (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, (code.co_name,)):
        held.extend(names)
    consts = settled_all(code.co_consts, held)
    return code if consts is code.co_consts or not hasattr(code, "replace") else code.replace(co_consts=consts)

def settled_all(values, held):
    held.extend(values)
    changed = None
    for at, value in enumerate(values):
        kind = type(value)
        if kind is CodeType:
            new = settled(value, held)
        elif kind is tuple:
            new = settled_all(value, held)
        elif kind is frozenset:
            held.extend(value)
            new = frozenset(list(value))
        else:
            continue
        if new is not value:
            changed = changed or list(values)
            changed[at] = new
    return values if changed is None else tuple(changed)

def compile_one(path, source):
    held = []
    limit = sys.getrecursionlimit()
    try:
        code = SourceFileLoader("<py_compile>", path).source_to_code(source, path)
        sys.setrecursionlimit(4 * limit)
        return head_of(source) + marshal.dumps(settled(code, held))
    except Exception:
        return b""
    finally:
        sys.setrecursionlimit(limit)

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

def is_file(path):
    return os.path.isfile(path) and not os.path.islink(path)

def is_module(path):
    return path.endswith(".py") and is_file(path) and os.path.getsize(path) <= ${LONGEST_MODULE}

def read(path, size=-1):
    with open(path, "rb") as file:
        return file.read(size)

def write(path, made, mode):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = path + "." + str(os.getpid())
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode & 0o666 | 0o200), "wb") as file:
        file.write(made)
    os.replace(temporary, path)

def compile_all(paths):
    for path in paths:
        target = cache_from_source(path)
        source = read(path)
        if os.path.lexists(target) and (not is_file(target) or read(target, 16) == head_of(source)):
            continue
        made = compile_one(path[len(sys.argv[1]):], source)
        if made:
            write(target, made, os.stat(path).st_mode)

if len(sys.argv) == 1:
    compile_input()
    sys.exit()
sources = []
for top in sys.argv[2:]:
    for folder, folders, names in os.walk(top):
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
