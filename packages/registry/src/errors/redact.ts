// user:password@ in any URL, and conda's /t/TOKEN/ path element.
const USER_INFO = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"'`]+@/gi;
const CONDA_TOKEN = /(\/t\/)[^\s/]+(\/|$)/g;

/** Replaces what may be a credential by `***`: user info in URLs, conda tokens, and each of `secrets` wherever it stands. */
export function redact(text: string, secrets: Iterable<string> = []): string {
  let result = text.replace(USER_INFO, "$1***@").replace(CONDA_TOKEN, "$1***$2");
  for (const secret of secrets) if (secret.length > 0) result = result.replaceAll(secret, "***");
  return result;
}
