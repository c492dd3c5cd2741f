import type { CallOptions, Descriptor, ImageSink, ManifestBytes, OpenBlob } from "@imagespec/registry";
import { counted, type TransferReport } from "./transfer-report.ts";

/** The same sink, of which a report says how much was written to it and how much it had. */
export function reportedSink(sink: ImageSink, report: TransferReport): ImageSink {
  return new ReportedSink(sink, report);
}

class ReportedSink implements ImageSink {
  readonly #sink: ImageSink;
  readonly #report: TransferReport;
  readonly name: string;
  readonly checksBlobs?: boolean;
  readonly memory?: NonNullable<ImageSink["memory"]>;

  constructor(sink: ImageSink, report: TransferReport) {
    this.#sink = sink;
    this.#report = report;
    this.name = sink.name;
    if (sink.checksBlobs !== undefined) this.checksBlobs = sink.checksBlobs;
    if (sink.memory !== undefined) this.memory = sink.memory;
  }

  async discard(): Promise<void> {
    await this.#sink.discard?.();
  }

  hasBlob(descriptor: Descriptor, options?: CallOptions): Promise<boolean> {
    return this.#sink.hasBlob(descriptor, options);
  }

  async putBlob(
    descriptor: Descriptor,
    open: OpenBlob,
    options?: CallOptions & { mountFrom?: string | undefined },
  ): Promise<void> {
    const report = this.#report;
    let moved = 0;
    const count = (bytes: number) => {
      moved += bytes;
      report.moved(bytes);
    };
    report.expect(descriptor.size);
    const again = () => {
      // Opened anew, an upload starts over.
      count(-moved);
      return counted(open(), count);
    };
    await this.#sink.putBlob(descriptor, again, options);
    report.reused(descriptor.size - moved);
  }

  putManifest(manifest: ManifestBytes, options?: CallOptions & { tag?: string | undefined }): Promise<void> {
    this.#report.flush();
    return this.#sink.putManifest(manifest, options);
  }
}
