import { createHash } from "node:crypto";
import { collectBytes, ImageSpecError } from "@imagespec/registry";
import { LAYER_CAPS, readLayer } from "../layer/read-layer.ts";
import { apkRecords } from "../package/apk-records.ts";
import { condaRecords } from "../package/conda-records.ts";
import { dpkgRecords } from "../package/dpkg-records.ts";
import { PackageRecords } from "../package/package-owner.ts";
import { pythonRecords } from "../package/python-records.ts";

/** A file of a layer; folders and links hold nothing. */
export interface ScannedFile {
  path: string;
  /** Bytes. */
  size: number;
  /** sha256 of larger files, to find copies by. */
  hash?: string | undefined;
}

/** What one layer holds. */
export interface LayerScan {
  files: ScannedFile[];
  /** Paths of lower layers that it hides, with all below them. */
  removed: string[];
  records: PackageRecords;
  /** Bytes of its files. */
  unpacked: number;
}

const KINDS = [dpkgRecords, apkRecords, pythonRecords, condaRecords];
/** Copies of smaller files cost little. */
const HASHED_FROM = 64 * 1024;
/** Limits in bytes of the records that are read: of one file, and of a layer. */
const RECORD_BYTES = 16 * 1024 * 1024;
const ALL_RECORDS_BYTES = 128 * 1024 * 1024;

/**
 * Reads a layer as a stream and keeps what a report needs of it. @throws ImageSpecError E_UNSUPPORTED above the caps.
 */
export async function scanLayer(
  blob: AsyncIterable<Uint8Array>,
  { subject, diffId, signal }: { subject: string; diffId?: string | undefined; signal: AbortSignal },
): Promise<LayerScan> {
  const scan: LayerScan = { files: [], removed: [], records: new PackageRecords(), unpacked: 0 };
  let recordBytes = 0;
  await readLayer(blob, {
    subject,
    diffId,
    signal,
    caps: LAYER_CAPS,
    refuse: (why, cause) =>
      new ImageSpecError("E_UNSUPPORTED", `${subject} cannot be inspected: ${why}`, {
        hint: "Open it with a container engine.",
        cause,
      }),
    async visit(member) {
      const { path, header } = member;
      const { size = 0, type } = header;
      const folder = path.slice(0, path.lastIndexOf("/") + 1);
      const name = path.slice(folder.length);
      if (name.startsWith(".wh.")) {
        scan.removed.push(name === ".wh..wh..opq" ? folder.slice(0, -1) : folder + name.slice(4));
        return;
      }
      if (type !== "file" && type !== "contiguous-file") return;
      const kind = KINDS.find((one) => one.matches(path));
      const file: ScannedFile = { path, size };
      if (kind !== undefined && size <= RECORD_BYTES && recordBytes + size <= ALL_RECORDS_BYTES) {
        recordBytes += size;
        kind.read(path, (await collectBytes(member, size, path)).toString(), scan.records);
      } else if (size >= HASHED_FROM) {
        const hash = createHash("sha256");
        for await (const chunk of member) hash.update(chunk);
        file.hash = hash.digest("hex");
      }
      scan.files.push(file);
      scan.unpacked += size;
    },
  });
  return scan;
}
