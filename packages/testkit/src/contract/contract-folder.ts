import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder with sources as specs name them; removed at the end. */
export interface ContractFolder {
  path: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Values that break where text is not passed byte for byte: quoting, expansion, line ends, what Dockerfiles read. */
export const AWKWARD: Readonly<Record<string, string>> = {
  PLAIN: "plain",
  EMPTY: "",
  SPACES: "  two  spaces ",
  QUOTES: `it's "quoted" \`so\``,
  DOLLAR: `$HOME \${PATH:-x} $(id) $$ \\$x`,
  BACKSLASH: "C:\\new\\table \\",
  HASH: "# not a comment",
  NEWLINE: "first line\nsecond line\n\n# fourth",
  CRLF: "dos\r\nline",
  UNICODE: "naïve ☃ 𝄞",
  EQUALS: "a=b=c",
};

/**
 * Sources of the contract's image: an app folder with modes, links, awkward names and an ignore file, and a file and
 * a folder beside it for `copy`.
 */
export async function contractFolder(): Promise<ContractFolder> {
  const path = await mkdtemp(join(tmpdir(), "imagespec-contract-"));
  const write = async (name: string, text: string, mode = 0o644) => {
    await mkdir(join(path, dirname(name)), { recursive: true });
    await writeFile(join(path, name), text);
    await chmod(join(path, name), mode);
  };
  await write("app/train.py", "print('training')\n");
  await write("app/bin/run.sh", "#!/bin/sh\necho ran\n", 0o755);
  // Modes are kept as git keeps them: 0755 or 0644.
  await write("app/private.txt", "for the owner\n", 0o600);
  await write("app/naïve name #1.txt", "kept\n");
  await write("app/ignored.log", "not shipped\n");
  await write("app/.dockerignore", "*.log\n");
  await write("app/__pycache__/train.pyc", "never shipped\n");
  await symlink("bin/run.sh", join(path, "app/link"));
  await write("conf/settings.json", "{}\n");
  await write("data/deep/er/file.txt", "deep\n");
  await write("locked/pyproject.toml", '[project]\nname = "app"\nversion = "0.1"\nrequires-python = ">=3.11"\n');
  const own = '[[package]]\nname = "app"\nversion = "0.1"\nsource = { virtual = "." }\n';
  await write("locked/uv.lock", `version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n${own}`);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
