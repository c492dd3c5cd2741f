import { reportedSink, TransferReport, timedStep } from "@imagespec/core/builder";
import { type Descriptor, type ImageSink, type ManifestBytes, parseReference, untilAborted } from "@imagespec/registry";
import pLimit from "p-limit";
import type { BaseImage } from "../base/base-image.ts";
import { type BuiltLayer, layerDescriptor } from "../layer/layer-source.ts";
import type { BuildSession } from "../session/build-session.ts";
import type { AssembledImage } from "./assemble-image.ts";
import { type PutLayerOptions, putBaseLayer, putLayer, writeImage } from "./write-image.ts";

const STEP = "push the image";
/** Layers that are sent at a time while others are made. Making them needs the processor more. */
const AHEAD = 2;
/** Layers that the registry is asked for at a time. Asking is mostly waiting. */
const ASKED = 8;

/**
 * Sends an image to its registry: what there is of its layers while others are still made, then the rest, the tag last.
 */
export class ImagePush {
  readonly #session: BuildSession;
  readonly #report: TransferReport;
  readonly #sink: ImageSink;
  readonly #tag: string | undefined;
  readonly #sending = pLimit(AHEAD);
  readonly #asking = pLimit(ASKED);
  /** By digest: whether the layer was sent. */
  readonly #ahead = new Map<string, Promise<boolean>>();
  /** Set once nothing more is sent ahead: the image is being written, or something could not be sent. */
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
    for (const layer of base.layers) this.#begin(layer, (options) => putBaseLayer(base, layer, this.#sink, options));
  }

  /**
   * Sends a layer that the registry lacks when its turn comes, unless that comes after all are made. A failure is left
   * to {@link write}.
   */
  begin(layer: BuiltLayer): void {
    const put = (options: PutLayerOptions) => putLayer(this.#session, layer, this.#sink, options);
    this.#begin(layerDescriptor(layer), put, this.#session.layers.isHeld(layer));
  }

  /** Sends what was not sent ahead, and names the image. Returns what the tag points to. */
  write(images: readonly AssembledImage[]): Promise<ManifestBytes> {
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

  #begin(layer: Descriptor, put: (options: PutLayerOptions) => Promise<void>, isHeld = false): void {
    if (this.#ahead.has(layer.digest)) return;
    const sending = this.#sendAhead(layer, put, isHeld);
    this.#ahead.set(layer.digest, sending);
    this.#session.track(sending);
  }

  /** Returns whether the registry has the layer now. */
  async #sendAhead(
    layer: Descriptor,
    put: (options: PutLayerOptions) => Promise<void>,
    isHeld: boolean,
  ): Promise<boolean> {
    const { signal } = this.#session;
    if (isHeld || (await this.#asking(() => this.#unlessOver(() => this.#sink.hasBlob(layer, { signal }))))) {
      this.#report.expect(layer.size);
      this.#report.reused(layer.size);
      return true;
    }
    return this.#sending(() => this.#unlessOver(() => put({ signal, unasked: true }).then(() => true)));
  }

  async #unlessOver(work: () => Promise<boolean>): Promise<boolean> {
    if (this.#isOver) return false;
    try {
      return await work();
    } catch {
      // What keeps one layer from being sent, such as wrong credentials, mostly keeps the others from it, too.
      this.#isOver = true;
      return false;
    }
  }
}
