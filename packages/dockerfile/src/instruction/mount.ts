import { csvField } from "@imagespec/core/builder";

/** A mount of one RUN step, in the order BuildKit's documentation lists the options. */
export type Mount =
  | { type: "bind"; from?: string; source: string; target: string }
  | { type: "cache"; id: string; target: string; sharing?: "shared" | "locked" }
  | { type: "secret"; id: string; target: string; required?: boolean };

/** `--mount=...`, with values that hold commas, quotes or spaces written so that flag and CSV parser give them back. */
export function renderMount(mount: Mount): string {
  const fields: string[] = [`type=${mount.type}`];
  if (mount.type === "bind") {
    if (mount.from !== undefined) fields.push(`from=${mount.from}`);
    fields.push(`source=${mount.source}`, `target=${mount.target}`);
  } else {
    fields.push(`id=${mount.id}`, `target=${mount.target}`);
    if (mount.type === "cache" && mount.sharing !== undefined) fields.push(`sharing=${mount.sharing}`);
    if (mount.type === "secret" && mount.required === true) fields.push("required=true");
  }
  return `--mount=${quoteFlag(fields.map(csvField).join(","))}`;
}

function quoteFlag(value: string): string {
  return /[\s"'\\]/.test(value) ? `"${value.replace(/[\\"]/g, "\\$&")}"` : value;
}
