/** What a client reports while it works. Sizes in bytes, times in milliseconds. */
export type RegistryEvent =
  | { type: "retry"; registry: string; action: string; reason: string; attempt: number; waitMs: number }
  | { type: "pull"; name: string; digest: string; size: number; status: "started" | "done" }
  | { type: "push"; name: string; digest: string; size: number; status: "started" | "done" | "exists" | "mounted" }
  | { type: "tagged"; name: string; tag: string; digest: string };
