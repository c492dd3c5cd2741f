import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface TemporaryFolder {
  path: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What stands at a path: a file's text, its text with a mode, where it links to, or a folder that may stay empty. */
export type PlannedFile = string | { text: string; mode: number } | { link: string } | { folder: true };

/** A new folder with these files. */
export async function temporaryFolder(files: Record<string, PlannedFile> = {}): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), "imagespec-e2e-"));
  for (const [name, content] of Object.entries(files)) {
    const file = join(path, name);
    await mkdir(dirname(file), { recursive: true });
    if (typeof content === "object" && "folder" in content) {
      await mkdir(file, { recursive: true });
      continue;
    }
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
