/**
 * Runs a function when this process exits at once, without unwinding (a second Ctrl-C). The work must be synchronous.
 * Returns what takes it back.
 */
export function onProcessExit(work: () => void): () => void {
  const limit = process.getMaxListeners();
  // The limit is meant to find leaks of listeners; many simultaneous builds are not one.
  if (limit > 0) process.setMaxListeners(limit + 1);
  process.once("exit", work);
  return () => {
    process.removeListener("exit", work);
    const now = process.getMaxListeners();
    if (limit > 0 && now > 0) process.setMaxListeners(now - 1);
  };
}
