/**
 * The warning for a machine without a sandbox: why it has none, what the code of a source distribution can then reach,
 * and what to do about it. Pure.
 */
export function unconfinedWarning(
  reasons: readonly string[],
  user: { username: string; homedir: string },
): { message: string; hint: string } {
  return {
    message:
      `Source distributions are built without a sandbox (${reasons.join("; ")}): ` +
      `what they run sees and may change whatever ${user.username} can on this machine, ${user.homedir} and the cache of imagespec included, ` +
      "sees other processes with their variables, and reaches the network",
    hint: "Install bubblewrap, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, or user.max_user_namespaces above 0; in a container a seccomp profile that lets unshare pass). Leave out sourceDistributions to have such packages built by docker-buildx or kaniko.",
  };
}
