import type { PieceMemory } from "../../pieces/piece-memory.ts";

/** One HTTP request. */
export interface HttpRequest {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: URL;
  headers?: Record<string, string> | undefined;
  /** A stream needs `content-length` among the headers. */
  body?: Uint8Array | string | AsyncIterable<Uint8Array> | undefined;
  signal?: AbortSignal | undefined;
  /**
   * Set for a GET whose body is probably large: it is read in large pieces, past the general client where that can be.
   */
  largeBody?: LargeBody | undefined;
}

/** How a large body is read. */
export interface LargeBody {
  /** Where its pieces are read into; by default each has memory of its own. */
  memory?: PieceMemory | undefined;
}

/** The body of an answer, to be read to its end, dumped or destroyed. */
export interface ResponseBody extends AsyncIterable<Uint8Array> {
  /** Reads and drops it; gives it up beyond `limit` bytes, or when it takes long. Never rejects. */
  dump(options?: { limit: number }): Promise<void>;
  destroy(): void;
}

/** The head of an answer, and its body. */
export interface HttpResponse {
  url: URL;
  status: number;
  /** One header; several of a name are joined with `, `. */
  header(name: string): string | undefined;
  body: ResponseBody;
}
