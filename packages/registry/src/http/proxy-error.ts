/** The proxy failed: it refused to connect (`status`), or could not be reached itself. */
export class ProxyError extends Error {
  readonly code = "IMAGESPEC_PROXY";
  /** Scheme, host and port, without user name and password. */
  readonly proxy: string;
  /** The status it answered CONNECT with. */
  readonly status: number | undefined;

  constructor(proxy: string, status: number | undefined, cause: unknown) {
    super(
      status === undefined
        ? `the proxy ${proxy} cannot be reached`
        : `the proxy ${proxy} answers CONNECT with ${status}`,
      {
        cause,
      },
    );
    this.name = "ProxyError";
    this.proxy = proxy;
    this.status = status;
  }
}

/** A failed request as a ProxyError where the proxy is to blame; any other error as it is. `aborted`: we gave up ourselves. */
export function proxyFailure(error: unknown, proxy: string, aborted: boolean): unknown {
  if (aborted || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  const shown = new URL(proxy).origin;
  if (code === "UND_ERR_PRX_TLS") return new ProxyError(shown, undefined, error);
  // undici's messages for a CONNECT that was not answered with 200, and for a 407; only the text holds the status.
  if (code === "UND_ERR_ABORTED" || code === "UND_ERR_INVALID_ARG") {
    const status = Number(/\b([1-5]\d\d)\b/.exec(error.message)?.[1]);
    return new ProxyError(shown, Number.isNaN(status) ? 502 : status, error);
  }
  // The proxy connects to the target, so a refused connection or an unknown name here is the proxy's own.
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_.*)$/.test(code ?? ""))
    return new ProxyError(shown, undefined, error);
  return error;
}
