import { randomBytes } from "node:crypto";
import { connect, isIP } from "node:net";
import { hostName } from "../reference/loopback.ts";

/**
 * Finds out whether a host that may be spoken to without TLS speaks it all the same, so that no credential goes out
 * plain where it need not. Sends a TLS greeting, nothing else. A host that does not answer counts as plain: the request
 * that follows then says what is wrong.
 */
export function probeScheme(host: string, timeoutMs: number): Promise<"https" | "http"> {
  const port = Number(/:(\d+)$/.exec(host)?.[1] ?? 443);
  const name = hostName(host);
  return new Promise((resolve) => {
    const socket = connect({ host: name, port }, () => socket.write(greeting(name)));
    const settle = (scheme: "https" | "http") => {
      socket.destroy();
      resolve(scheme);
    };
    socket.setTimeout(timeoutMs, () => settle("http"));
    socket.once("data", ([type]) => settle(type === HANDSHAKE || type === ALERT ? "https" : "http"));
    socket.once("error", () => settle("http"));
    socket.once("close", () => settle("http"));
  });
}

/** The first byte of what a TLS server says; what it thinks of our greeting is left to the requests that follow. */
const [ALERT, HANDSHAKE] = [0x15, 0x16];

/**
 * A ClientHello of TLS 1.2 (RFC 5246, 7.4.1.2), which servers of any version answer. It is written here since Node's
 * TLS would take three times as long to load and to begin a handshake as asking a registry on this machine does.
 */
function greeting(name: string): Buffer {
  const extensions = [
    // server_name; an address is none (RFC 6066, 3).
    isIP(name) === 0 ? [hex("0000"), sized(2, sized(2, hex("00"), sized(2, Buffer.from(name))))] : [],
    // supported_groups, ec_point_formats, signature_algorithms
    [hex("000a"), sized(2, sized(2, hex("001d00170018")))],
    [hex("000b"), sized(2, sized(1, hex("00")))],
    [hex("000d"), sized(2, sized(2, hex("040308040401050308050501080606010201")))],
  ];
  const suites = hex("c02bc02fc02cc030cca9cca8c009c013c00ac014009c009d002f0035");
  const hello = [
    hex("0303"),
    randomBytes(32),
    hex("00"),
    sized(2, suites),
    hex("0100"),
    sized(2, ...extensions.flat()),
  ];
  return Buffer.concat([hex("160301"), sized(2, hex("01"), sized(3, ...hello))]);
}

function hex(text: string): Buffer {
  return Buffer.from(text, "hex");
}

/** Bytes behind their number, which itself takes `width` bytes. */
function sized(width: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = Buffer.alloc(width);
  length.writeUIntBE(content.length, 0, width);
  return Buffer.concat([length, content]);
}
