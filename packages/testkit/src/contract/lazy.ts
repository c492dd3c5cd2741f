/** Work that the first call starts, and whose result, or failure, every call gets. */
export function lazy<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
