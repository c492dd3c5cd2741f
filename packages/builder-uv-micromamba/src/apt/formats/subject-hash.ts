import { createHash } from "node:crypto";

/** One value of DER (X.690). */
interface Value {
  tag: number;
  content: Buffer;
  whole: Buffer;
}

const UTF8_STRING = 12;
const SEQUENCE = 0x30;
const SET = 0x31;
/** Of the version of a certificate, which one of the first version lacks. */
const VERSION = 0xa0;
/** How the strings are read whose spelling does not count, by their tags. */
const STRINGS = new Map<number, (content: Buffer) => string>([
  [UTF8_STRING, (content) => content.toString("utf8")],
  // PrintableString, TeletexString, IA5String and VisibleString
  ...[19, 20, 22, 26].map((tag) => [tag, (content: Buffer) => content.toString("latin1")] as const),
  // UniversalString
  [
    28,
    (content) =>
      String.fromCodePoint(...Array.from({ length: content.length / 4 }, (_, at) => content.readUInt32BE(4 * at))),
  ],
  // BMPString
  [30, (content) => Buffer.from(content).swap16().toString("utf16le")],
]);

/**
 * The number by which OpenSSL finds a certificate in a folder: that of its subject (RFC 5280) with small letters and
 * single spaces (X509_NAME_hash(3)), in eight hexadecimal digits. Undefined for text that is not a certificate.
 *
 * @param certificate as DER
 */
export function subjectHash(certificate: Buffer): string | undefined {
  try {
    const [signed] = valuesIn(valuesIn(certificate)[0]?.content);
    const fields = valuesIn(signed?.content);
    // Before it come serial number, algorithm, issuer and validity.
    const subject = fields[fields[0]?.tag === VERSION ? 5 : 4];
    if (subject === undefined) return undefined;
    const names = valuesIn(subject.content).map(({ content }) => {
      const pairs = valuesIn(content).map((pair) => {
        const [type, text] = valuesIn(pair.content);
        return encoded(SEQUENCE, Buffer.concat([type?.whole ?? Buffer.of(), text ? canonical(text) : Buffer.of()]));
      });
      return encoded(SET, Buffer.concat(pairs.sort(Buffer.compare)));
    });
    const hash = createHash("sha1").update(Buffer.concat(names)).digest();
    return hash.readUInt32LE().toString(16).padStart(8, "0");
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function canonical({ tag, content, whole }: Value): Buffer {
  const text = STRINGS.get(tag)?.(content);
  if (text === undefined) return whole;
  const plain = text.replace(/^[\t-\r ]+|[\t-\r ]+$/g, "").replace(/[\t-\r ]+/g, " ");
  return encoded(UTF8_STRING, Buffer.from(plain.replace(/[A-Z]/g, (letter) => letter.toLowerCase())));
}

/** The values that stand one after the other in some bytes. */
function valuesIn(bytes: Buffer = Buffer.of()): Value[] {
  const found: Value[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes.readUInt8(at + 1);
    const count = first < 0x80 ? 0 : first - 0x80;
    const length = count === 0 ? first : bytes.readUIntBE(at + 2, count);
    const start = at + 2 + count;
    found.push({
      tag: bytes.readUInt8(at),
      content: bytes.subarray(start, start + length),
      whole: bytes.subarray(at, start + length),
    });
    at = start + length;
  }
  return found;
}

function encoded(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...(length < 0x80 ? [length] : long)), content]);
}
