/**
 * Has something done when this process ends at once, without unwinding (a second Ctrl-C). The work must be synchronous.
 * Returns what takes it back.
 */
export function onProcessExit(work: () => void): () => void {
  const limit = process.getMaxListeners();
  // Many builds at a time are no leak of listeners, which is what the limit is there to find.
  if (limit > 0) process.setMaxListeners(limit + 1);
  process.once("exit", work);
  return () => {
    process.removeListener("exit", work);
    const now = process.getMaxListeners();
    if (limit > 0 && now > 0) process.setMaxListeners(now - 1);
  };
}
