import type { ImageSink } from "@imagespec/registry";
import { counted, type TransferReport } from "./transfer-report.ts";

/** The same sink, of which a report says how much was written to it and how much it had. */
export function reportedSink(sink: ImageSink, report: TransferReport): ImageSink {
  const { name, checksBlobs = false, memory } = sink;
  return {
    name,
    checksBlobs,
    ...(memory && { memory }),
    discard: async () => sink.discard?.(),
    hasBlob: (descriptor, options) => sink.hasBlob(descriptor, options),
    async putBlob(descriptor, open, options) {
      let moved = 0;
      const count = (bytes: number) => {
        moved += bytes;
        report.moved(bytes);
      };
      report.expect(descriptor.size);
      const again = () => {
        // Reopening it starts the upload over.
        count(-moved);
        return counted(open(), count);
      };
      try {
        await sink.putBlob(descriptor, again, options);
      } catch (error) {
        // It may be put once more.
        report.moved(-moved);
        report.expect(-descriptor.size);
        throw error;
      }
      report.reused(descriptor.size - moved);
    },
    putManifest(manifest, options) {
      report.flush();
      return sink.putManifest(manifest, options);
    },
  };
}
