/**
 * Lets callers that ask for the same key share the work that is under way for it; who comes later has it done again.
 */
export function shareRunning<T>(work: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  return (key) => {
    const shared = running.get(key) ?? work(key).finally(() => running.delete(key));
    running.set(key, shared);
    return shared;
  };
}
