import type { GitCommit } from "../source-build/source-kinds.ts";

/** The direct_url.json (PyPA direct URL origin) of what was asked for by the address of an archive, as uv writes it. */
export function archiveDirectUrl(address: string, subdirectory: string | undefined): string {
  return JSON.stringify({ url: address.replace(/#.*$/, ""), archive_info: {}, ...(subdirectory && { subdirectory }) });
}

/** The direct_url.json of what was asked for by the address of a git repository, as uv writes it. */
export function gitDirectUrl({ url, commit, revision, subdirectory }: GitCommit): string {
  return JSON.stringify({
    url,
    vcs_info: { vcs: "git", commit_id: commit, ...(revision && { requested_revision: revision }) },
    ...(subdirectory && { subdirectory }),
  });
}
