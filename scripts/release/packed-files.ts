import { execFileSync } from "node:child_process";

export interface PackedFile {
  path: string;
  size: number;
}

/** What the tarball of the package in `folder` holds. */
export function packedFiles(folder: string): PackedFile[] {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const answer = JSON.parse(
    execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  );
  // An array from npm up to 11, an object by name from 12 on.
  const [packed] = Object.values(answer) as { files: PackedFile[] }[];
  if (packed === undefined) throw new Error(`npm pack listed nothing for ${folder}`);
  return packed.files;
}
