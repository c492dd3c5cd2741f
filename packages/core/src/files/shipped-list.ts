import type { ContentFile } from "../identity/content.ts";
import { contentMark, MODES, type ShippedFile } from "./shipped-file.ts";

/** Files whose text is put together at a time. */
const SLICE = 256;

/** What is shipped, sorted by path with parents before children, in two forms: as objects and as it is hashed. */
export class ShippedList {
  static readonly empty = new ShippedList([], () => []);

  /**
   * The files as canonical JSON, without the brackets around them, in pieces of whole characters. All of them at once
   * would take as much memory as the files: they are made again by each reader, and each is overwritten by the next.
   */
  readonly items: Iterable<Uint8Array>;
  readonly #make: () => ShippedFile[];
  #files: ShippedFile[] | undefined;

  constructor(items: Iterable<Uint8Array>, make: () => ShippedFile[]) {
    this.items = items;
    this.#make = make;
  }

  static of(files: ShippedFile[]): ShippedList {
    if (files.length === 0) return ShippedList.empty;
    return new ShippedList({ [Symbol.iterator]: () => itemsOf(files) }, () => files);
  }

  /** Made when they are first asked for. */
  get files(): ShippedFile[] {
    this.#files ??= this.#make();
    return this.#files;
  }

  get isEmpty(): boolean {
    return this === ShippedList.empty;
  }

  /** This list and one whose paths all come behind those of this one. */
  followedBy(other: ShippedList): ShippedList {
    if (this.isEmpty) return other;
    if (other.isEmpty) return this;
    const items = [this.items, [Buffer.from(",")], other.items];
    return new ShippedList(inTurn(items), () => [...this.files, ...other.files]);
  }
}

/** Pieces of several texts, one behind the other, for any number of readers. */
export function inTurn(texts: readonly Iterable<Uint8Array>[]): Iterable<Uint8Array> {
  return {
    *[Symbol.iterator]() {
      for (const text of texts) yield* text;
    },
  };
}

/** A file as it is hashed. */
export function contentFile(file: ShippedFile): ContentFile {
  return [file.path, file.type, MODES.get(file.mode) ?? "", contentMark(file)];
}

function* itemsOf(files: readonly ShippedFile[]): Generator<Uint8Array> {
  let memory = Buffer.alloc(0);
  for (let at = 0; at < files.length; at += SLICE) {
    const items = JSON.stringify(files.slice(at, at + SLICE).map(contentFile)).slice(1, -1);
    const text = at === 0 ? items : `,${items}`;
    const length = Buffer.byteLength(text);
    if (length > memory.length) memory = Buffer.allocUnsafeSlow(length * 2);
    memory.write(text);
    yield memory.subarray(0, length);
  }
}
