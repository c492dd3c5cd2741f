import { ImageSpecError } from "@imagespec/registry";
import { LineCounter, parseAllDocuments, type Scalar, visit } from "yaml";
import { type ImageUri, parseImageUri } from "./image-uri.ts";
import type { Manifest } from "./manifest.ts";

/** One place of a manifest where an image is named by its spec. */
export interface ImageUse {
  /** As written, without what YAML puts around it. */
  text: string;
  uri: ImageUri;
  /** `k8s/app.yaml:12` */
  place: string;
  /** Counted from 1. */
  line: number;
  /** Where the value stands in the text: offsets of UTF-16 code units. */
  range: [start: number, end: number];
}

/**
 * The images that a manifest names by their spec, in the order of the text. Keys, comments and values that only contain
 * such a name are left alone. Pure.
 *
 * @throws ImageSpecError E_INPUT_FILE with line and column when the text is neither YAML nor JSON.
 */
export function findUses({ name, text }: Manifest): ImageUse[] {
  // Most manifests of a folder name no spec, and then nobody has to understand them. JSON may escape the slashes.
  if (!/imagespec:[/\\]/.test(text)) return [];
  const lineCounter = new LineCounter();
  const uses: ImageUse[] = [];
  const options = { lineCounter, prettyErrors: false, uniqueKeys: false, logLevel: "silent" } as const;
  for (const document of parseAllDocuments(text, options)) {
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lineCounter.linePos(error.pos[0]);
      throw new ImageSpecError("E_INPUT_FILE", `${name}:${line}:${col}: not YAML: ${error.message}`, {
        hint: "Correct this line; resolve a template's output after rendering it.",
        cause: error,
      });
    }
    visit(document, {
      Scalar(key, node) {
        const use = key === "key" ? undefined : useOf(node);
        if (use === undefined) return;
        const { line } = lineCounter.linePos(use.range[0]);
        uses.push({ ...use, line, place: `${name}:${line}` });
      },
    });
  }
  return uses;
}

function useOf({ value, range }: Scalar): Pick<ImageUse, "text" | "uri" | "range"> | undefined {
  if (typeof value !== "string" || !range) return undefined;
  const uri = parseImageUri(value);
  return uri && { text: value.trimEnd(), uri, range: [range[0], range[1]] };
}
