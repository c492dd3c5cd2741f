import type * as Yaml from "yaml";

/** The part of a YAML document that is not plain data, and where: an offset in its text. */
export interface YamlBreach {
  offset: number;
  message: string;
}

/**
 * The tags of YAML 1.2's core schema, and so of JSON; YAML 1.1's others, such as `!!set`, make values that JSON lacks.
 */
const TAGS = new Set(["map", "seq", "str", "int", "float", "bool", "null"].map((name) => `tag:yaml.org,2002:${name}`));

/**
 * The first place of a document that stands for no plain data: a tag beyond the core schema, a name that is a list or a
 * mapping, that is read as another one (`0x10`, `True`), or that its mapping holds already as read (`1` and `"1"` are
 * one). Linear in the size of the document, as the parser's own search for repeated names is not.
 */
export function yamlBreach(document: Yaml.Document, { isAlias, isScalar, visit }: typeof Yaml): YamlBreach | undefined {
  const names = new Map<unknown, Set<string>>();
  const anchors = new Map<string, Yaml.Node>();
  let breach: YamlBreach | undefined;
  visit(document, {
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      if (node.tag === undefined || TAGS.has(node.tag)) return undefined;
      breach = { offset: node.range?.[0] ?? 0, message: `The tag ${node.tag} does not stand for plain data` };
      return visit.BREAK;
    },
    Pair(_, { key }, path) {
      const meant = isAlias(key) ? anchors.get(key.source) : key;
      const offset = (key as Yaml.Node | null)?.range?.[0] ?? 0;
      if (meant !== null && meant !== undefined && !isScalar(meant)) {
        breach = { offset, message: "A name must be text" };
        return visit.BREAK;
      }
      const value = meant?.value;
      // The merge key, which a mapping may hold several times.
      if (typeof value === "symbol") return undefined;
      const name = String(value ?? "");
      if (typeof value !== "string" && meant?.source !== undefined && meant.source !== name) {
        breach = { offset, message: `The name ${meant.source} is read as '${name}' without quotes` };
        return visit.BREAK;
      }
      const map = path.at(-1);
      const known = names.get(map) ?? new Set();
      names.set(map, known);
      if (known.has(name)) {
        breach = { offset, message: "Map keys must be unique" };
        return visit.BREAK;
      }
      known.add(name);
      return undefined;
    },
  });
  return breach;
}
