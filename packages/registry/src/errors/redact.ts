// user:password@ in any URL, up to the last @ before the path: passwords hold @ too. And conda's /t/TOKEN/ element.
const USER_INFO = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'`]+@/gi;
const CONDA_TOKEN = /(\/t\/)[^\s/]+(\/|$)/g;

/** Replaces what may be a credential by `***`: user info in URLs, conda tokens, and each of `secrets` wherever it stands. */
export function redact(text: string, secrets: Iterable<string> = []): string {
  let result = text.replace(USER_INFO, "$1***@").replace(CONDA_TOKEN, "$1***$2");
  for (const secret of secrets) if (secret.length > 0) result = result.replaceAll(secret, "***");
  return result;
}

/** The same for every text inside plain data; anything else in it stays as it is. */
export function redactData<T>(value: T): T {
  if (typeof value === "string") return redact(value) as T;
  if (Array.isArray(value)) return value.map(redactData) as T;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactData(inner)])) as T;
}
