/** What ldconfig reads from a library. */
export interface Library {
  /** The name by which programs load it (DT_SONAME); undefined where it states none. */
  soname: string | undefined;
  /** ELF's number for the machine: 62 for x86-64, 183 for AArch64. */
  machine: number;
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_STRTAB = 5n;
const DT_SONAME = 14n;

/** Whether ldconfig looks at a file of that name. */
export function isLibraryName(name: string): boolean {
  return /^(lib|ld-).*\.so/.test(name);
}

/**
 * Reads a shared library of 64 bits (elf(5)); undefined for anything else, such as a linker script or debug symbols.
 */
export function readLibrary(bytes: Buffer): Library | undefined {
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) return undefined;
  const machine = bytes.readUInt16LE(18);
  const at = Number(bytes.readBigUInt64LE(32));
  const size = bytes.readUInt16LE(54);
  const segments = Array.from({ length: bytes.readUInt16LE(56) }, (_, index) => at + index * size)
    .filter((start) => start + 56 <= bytes.length)
    .map((start) => ({
      type: bytes.readUInt32LE(start),
      offset: Number(bytes.readBigUInt64LE(start + 8)),
      address: bytes.readBigUInt64LE(start + 16),
      length: Number(bytes.readBigUInt64LE(start + 32)),
    }));
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined || dynamic.offset + dynamic.length > bytes.length) return undefined;
  const values = new Map<bigint, bigint>();
  for (let entry = dynamic.offset; entry + 16 <= dynamic.offset + dynamic.length; entry += 16)
    values.set(bytes.readBigUInt64LE(entry), bytes.readBigUInt64LE(entry + 8));
  const [name, table] = [values.get(DT_SONAME), values.get(DT_STRTAB)];
  if (name === undefined || table === undefined) return { soname: undefined, machine };
  const segment = segments.find(
    ({ type, address, length }) => type === PT_LOAD && table >= address && table < address + BigInt(length),
  );
  if (segment === undefined) return undefined;
  const start = segment.offset + Number(table - segment.address + name);
  const end = bytes.indexOf(0, start);
  if (start >= bytes.length || end === -1) return undefined;
  return { soname: bytes.toString("utf8", start, end), machine };
}
