import { reportedSink, TransferReport, timedStep } from "@imagespec/core/builder";
import { type ImageSink, parseReference, untilAborted } from "@imagespec/registry";
import pLimit from "p-limit";
import type { BaseImage } from "../base/base-image.ts";
import type { BuiltLayer } from "../layer/layer-source.ts";
import type { BuildSession } from "../session/build-session.ts";
import type { AssembledImage } from "./assemble-image.ts";
import { putBaseLayer, putLayer, writeImage } from "./write-image.ts";

const STEP = "push the image";
/** Layers sent at a time while others are made, which need the processor more. */
const AHEAD = 2;

/**
 * Sends an image to its registry: what there is of its layers while others are still made, then the rest, the tag last.
 */
export class ImagePush {
  readonly #session: BuildSession;
  readonly #report: TransferReport;
  readonly #sink: ImageSink;
  readonly #tag: string | undefined;
  readonly #limit = pLimit(AHEAD);
  /** By digest: whether the layer was sent. */
  readonly #ahead = new Map<string, Promise<boolean>>();
  /** Nothing more is sent ahead: the image is written, or something could not be sent. */
  #isOver = false;

  constructor(session: BuildSession) {
    const { plan, emit } = session.request;
    const reference = parseReference(plan.reference);
    this.#session = session;
    this.#report = new TransferReport(emit, { name: STEP, direction: "pushed" });
    this.#sink = reportedSink(session.registry.repository(reference, { mirror: false }), this.#report);
    this.#tag = reference.tag;
  }

  /** Sends the base's layers, each when its turn comes, as {@link begin} does. */
  beginBase(base: BaseImage): void {
    for (const layer of base.layers)
      this.#begin(layer.digest, () => putBaseLayer(base, layer, this.#sink, this.#session.signal));
  }

  /**
   * Sends a layer when its turn comes, unless that comes after all are made. A failure is left to {@link write}. One
   * that the registry has said it has is sent already.
   */
  begin(layer: BuiltLayer): void {
    const { digest, size } = layer;
    if (this.#session.layers.isHeld(layer) && !this.#ahead.has(digest)) {
      this.#ahead.set(digest, Promise.resolve(true));
      this.#report.expect(size);
      this.#report.reused(size);
    }
    this.#begin(layer.digest, () => putLayer(this.#session, layer, this.#sink, this.#session.signal));
  }

  /** Sends what was not sent ahead, and names the image. Returns the digest under the tag. */
  write(images: readonly AssembledImage[]): Promise<string> {
    this.#isOver = true;
    const { request } = this.#session;
    const sink: ImageSink = {
      ...this.#sink,
      putBlob: async (descriptor, open, options) => {
        const sending = this.#ahead.get(descriptor.digest);
        const isSent = sending !== undefined && (await untilAborted(sending, options?.signal));
        if (!isSent) await this.#sink.putBlob(descriptor, open, options);
      },
    };
    return timedStep(request.emit, STEP, () => writeImage(this.#session, images, sink, this.#tag));
  }

  #begin(digest: string, put: () => Promise<void>): void {
    if (this.#ahead.has(digest)) return;
    const sending = this.#limit(async () => {
      if (this.#isOver) return false;
      try {
        await put();
        return true;
      } catch {
        // What keeps one layer from being sent, such as credentials, mostly keeps the others too.
        this.#isOver = true;
        return false;
      }
    });
    this.#ahead.set(digest, sending);
    this.#session.track(sending);
  }
}
