/** The proxy failed: it refused to pass a request on (`status`), or could not be reached itself. */
export class ProxyError extends Error {
  readonly code = "IMAGESPEC_PROXY";
  /** Scheme, host and port, without user name and password. */
  readonly proxy: string;
  /** The status it answered with. */
  readonly status: number | undefined;

  constructor(proxy: URL, status: number | undefined, cause?: unknown) {
    const shown = proxy.origin;
    super(status === undefined ? `the proxy ${shown} cannot be reached` : `the proxy ${shown} answers with ${status}`, {
      cause,
    });
    this.name = "ProxyError";
    this.proxy = shown;
    this.status = status;
  }
}
