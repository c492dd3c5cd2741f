import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface TemporaryFolder {
  path: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A new folder with these files; a value is a file's text, its text with a mode, or where it links to. */
export async function temporaryFolder(
  files: Record<string, string | { text: string; mode: number } | { link: string }> = {},
): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), "imagespec-e2e-"));
  for (const [name, content] of Object.entries(files)) {
    const file = join(path, name);
    await mkdir(dirname(file), { recursive: true });
    if (typeof content === "object" && "link" in content) {
      await symlink(content.link, file);
      continue;
    }
    const { text, mode } = typeof content === "string" ? { text: content, mode: 0o644 } : content;
    await writeFile(file, text);
    await chmod(file, mode);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
