import type { ContainerEngine } from "@imagespec/container-engine";
import { runContainer } from "./run-container.ts";

/**
 * Every entry of an image's file system, by path: type, permission bits, owner, and the sha256 of a file or the target
 * of a link. Times are left out. Bytecode is described by its header alone (PEP 552: magic number, flags and source
 * hash), as the rest may differ from run to run. The image needs a Python 3.8 or newer as `python3`.
 */
export async function imageInventory(engine: ContainerEngine, image: string): Promise<Record<string, string>> {
  const options = { entrypoint: ["python3"], cmd: ["-I", "-B", "-c", SCRIPT], user: "0:0" };
  const result = await runContainer(engine, image, options);
  if (result.exitCode !== 0) throw new Error(`the inventory failed with exit ${result.exitCode}: ${result.stderr}`);
  return JSON.parse(result.stdout) as Record<string, string>;
}

// What the engine mounts (/proc, /etc/hosts) lies on other devices than the image.
const SCRIPT = `
import hashlib, json, os, stat, sys

device = os.lstat("/").st_dev

def entry(path, info):
    what = "%o %d:%d" % (info.st_mode, info.st_uid, info.st_gid)
    if stat.S_ISLNK(info.st_mode):
        return what + " -> " + os.readlink(path)
    if stat.S_ISREG(info.st_mode):
        with open(path, "rb") as file:
            content = file.read(16) if path.endswith(".pyc") else file.read()
        return what + " " + hashlib.sha256(content).hexdigest()
    return what

found = {}
for folder, folders, names in os.walk("/"):
    for name in folders + names:
        path = os.path.join(folder, name)
        info = os.lstat(path)
        if info.st_dev == device or stat.S_ISLNK(info.st_mode):
            found[path] = entry(path, info)
    folders[:] = [name for name in folders if os.lstat(os.path.join(folder, name)).st_dev == device]
json.dump(found, sys.stdout)
`;
