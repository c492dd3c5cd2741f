/**
 * What happens while an image is found or built, as data; printing is the caller's. `image` is the reference of the
 * image that the event belongs to (a base is built before its child); `platform` the one platform it belongs to, where
 * several are built: their steps may have one name.
 */
export type BuildEvent =
  | {
      type: "step";
      image?: string | undefined;
      platform?: string | undefined;
      name: string;
      status: "started" | "done" | "cached" | "failed";
      seconds?: number | undefined;
    }
  | { type: "log"; image?: string | undefined; stream: "stdout" | "stderr"; line: string }
  | {
      type: "progress";
      image?: string | undefined;
      platform?: string | undefined;
      name: string;
      current: number;
      total?: number;
      unit: "bytes" | "items";
      /** Which way the bytes go. */
      direction?: "fetched" | "pushed" | undefined;
      /** How much of `current` did not have to be moved, since it was there already. */
      reused?: number | undefined;
    }
  | { type: "warning"; image?: string | undefined; message: string; hint?: string | undefined };
