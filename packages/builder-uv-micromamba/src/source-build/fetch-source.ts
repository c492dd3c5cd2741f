import { mkdir, readdir, realpath, symlink, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { ImageSpecError, openShippedFile, runTool } from "@imagespec/core/builder";
import type { Downloader } from "../cache/downloader.ts";
import { onPath } from "../session/on-path.ts";
import type { SecretSettings } from "../session/secret-files.ts";
import { withoutVariables } from "../session/without-variables.ts";
import { isProject, type ProjectSource, type Source, subjectOf } from "./source-kinds.ts";

/** What fetching a source takes: the download of archives, and the secrets that git may use. */
export interface SourceAccess {
  downloader: Downloader;
  /** The file of a digest in the cache. */
  blobPath(digest: string): string;
  secrets: SecretSettings;
  /** Where git looks for a `.netrc`; a folder of ours. */
  home: string;
  signal: AbortSignal;
}

type GitSource = { name: string; git: { url: string; commit: string } };

/**
 * Brings a source to this machine, and checks it by every hash that is known of it. Files of a commit or a project are
 * in `folder` afterwards; of an archive, which is not unpacked here, its path and name are returned.
 *
 * @throws ImageSpecError E_RESOLVE, E_DIGEST_MISMATCH, E_FILE_CHANGED, E_UNSUPPORTED.
 */
export async function fetchSource(
  source: Source,
  folder: string,
  access: SourceAccess,
): Promise<{ path: string; filename: string } | undefined> {
  if (isProject(source)) {
    await stageProject(source, folder);
    return undefined;
  }
  const { archive, git, name } = source;
  if (archive !== undefined) {
    const { url, filename, hashes, oneOf, size } = archive;
    const wanted = { url, subject: filename, hashes, oneOf, size };
    const { digest } = await access.downloader.fetch(wanted, access.signal);
    return { path: access.blobPath(digest), filename };
  }
  if (git === undefined) throw new ImageSpecError("E_INTERNAL", `${subjectOf(source)} has no source to build from`);
  await checkOut({ name, git }, folder, access);
  return undefined;
}

/**
 * The folder that holds the project. In an archive that is the only folder at its top; where the address names a
 * subdirectory, it is that part of it.
 *
 * @throws ImageSpecError E_RESOLVE where there is no such folder, or a link leads out of the source.
 */
export async function projectFolder(folder: string, source: Source, isArchive: boolean): Promise<string> {
  const [only, ...others] = isArchive ? await readdir(folder, { withFileTypes: true }) : [];
  const top = only?.isDirectory() && others.length === 0 ? join(folder, only.name) : folder;
  const { archive, git } = isProject(source) ? {} : source;
  const found = await realpath(join(top, git?.subdirectory ?? archive?.subdirectory ?? "")).catch(() => undefined);
  const own = await realpath(folder);
  if (found !== undefined && (found === own || found.startsWith(own + sep))) return found;
  throw new ImageSpecError(
    "E_RESOLVE",
    `${subjectOf(source)} has no folder ${git?.subdirectory ?? archive?.subdirectory}`,
    { hint: "Correct the subdirectory of its address." },
  );
}

async function stageProject({ files, path }: ProjectSource, folder: string): Promise<void> {
  for (const file of files) {
    if (!file.path.startsWith(`${path}/`)) continue;
    const place = join(folder, file.path.slice(path.length + 1));
    await mkdir(dirname(place), { recursive: true });
    if (file.type === "symlink") await symlink(file.link, place);
    else if (file.type === "file") await writeFile(place, openShippedFile(file), { mode: file.mode });
  }
}

/**
 * Fetches one commit with its history, from which some projects compute their version, and its submodules, as uv does.
 */
async function checkOut(
  { name, git: { url, commit } }: GitSource,
  folder: string,
  access: SourceAccess,
): Promise<void> {
  const git = onPath("git");
  if (git === undefined)
    throw new ImageSpecError("E_UNSUPPORTED", `${name} comes from git, which is not installed on this machine`, {
      hint: "Install git, or build with docker-buildx or kaniko.",
    });
  const { secrets, home, signal } = access;
  const { NETRC: netrc, ...told } = secrets.env;
  if (netrc !== undefined) await symlink(netrc, join(home, ".netrc")).catch(ignoreExisting);
  const run = (...args: string[]) =>
    runTool(git, ["-c", "core.hooksPath=/dev/null", "-C", folder, ...args], {
      env: {
        // A git that called this program, as from a hook, has set variables for itself.
        ...withoutVariables((name) => name.startsWith("GIT_")),
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_TERMINAL_PROMPT: "0",
        GIT_ALLOW_PROTOCOL: "https:http:ssh",
        HOME: home,
        ...told,
      },
      signal,
      redact: secrets.redact,
      errorCode: "E_RESOLVE",
      hint: "Check the address and the commit; a private repository needs a .netrc or .gitconfig among pipSecretMounts.",
    });
  await run("init", "--quiet", "--template=");
  // Some servers give no commit that is not the head of a branch; then all branches are fetched.
  await run("fetch", "--quiet", "--no-tags", url, `+${commit}:refs/commit/${commit}`).catch(async (error) => {
    signal.throwIfAborted();
    await run("fetch", "--quiet", "--tags", url, "+refs/heads/*:refs/remotes/origin/*").catch(() => {
      throw error;
    });
  });
  await run("checkout", "--quiet", "--detach", commit);
  await run("submodule", "--quiet", "update", "--init", "--recursive");
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
