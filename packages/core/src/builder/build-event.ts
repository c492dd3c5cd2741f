/**
 * What happens while an image is found or built, as data; printing is the caller's.
 * `image` is the tag's reference the event belongs to (a base is built before its child).
 */
export type BuildEvent =
  | { type: "step"; image?: string; name: string; status: "started" | "done" | "cached" | "failed"; seconds?: number }
  | { type: "log"; image?: string; stream: "stdout" | "stderr"; line: string }
  | { type: "progress"; image?: string; name: string; current: number; total?: number; unit: "bytes" | "items" }
  | { type: "warning"; image?: string; message: string; hint?: string };
