/** Where a proxy is connected to. */
export function proxyAddress(proxy: URL): { host: string; port: number } {
  return { host: proxy.hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(proxy.port) || defaultPort(proxy) };
}

/** The header for the user that a proxy's address names, if it does. */
export function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const user = Buffer.concat([decoded(username), Buffer.from(":"), decoded(password)]);
  return { "proxy-authorization": `Basic ${user.toString("base64")}` };
}

/** The bytes of a percent-encoded text. As in curl, a percent sign that begins no code stands for itself. */
function decoded(text: string): Buffer {
  const byte = (_: string, hex: string) => String.fromCharCode(Number.parseInt(hex, 16));
  return Buffer.from(text.replace(/%([\da-f]{2})/gi, byte), "latin1");
}

function defaultPort({ protocol }: URL): number {
  return protocol === "https:" ? 443 : 80;
}
