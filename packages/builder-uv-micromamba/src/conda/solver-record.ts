import type { RepodataRecord } from "./conda-package.ts";
import { splitSpec } from "./match-spec.ts";

/** A requirement of a record: a name, and what may follow it. */
const REQUIREMENT = /^([A-Za-z0-9_][\w.-]*)\s*($|[\s=<>!~[].*$)/;
const VERSION = /^[A-Za-z0-9][\w.+!-]*$/;

/**
 * The fields of a record that the solver needs, in the types that it reads. A single record with another type in any
 * field, even in one that decides nothing, would end every solve. Undefined for a record that could never be installed:
 * without a name, version or build, or with a malformed requirement.
 */
export function solverRecord(record: RepodataRecord): object | undefined {
  const { name, version, build } = record;
  if (![name, build].every((text) => typeof text === "string") || !VERSION.test(textOf(version) ?? ""))
    return undefined;
  const depends = texts(record.depends).map(requirement);
  if (depends.includes(undefined)) return undefined;
  const hash = (value: unknown, digits: number) => {
    const text = textOf(value);
    return text !== undefined && text.length === digits && /^[0-9a-f]+$/i.test(text) ? text : undefined;
  };
  return {
    name,
    version,
    build,
    build_number: numberOf(record.build_number) ?? 0,
    depends,
    constrains: texts(record.constrains).flatMap((text) => requirement(text) ?? []),
    md5: hash(record.md5, 32),
    sha256: hash(record.sha256, 64),
    size: numberOf(record.size),
    timestamp: numberOf(record.timestamp),
    license: textOf(record.license),
    features: textOf(record.features),
    track_features: Array.isArray(record.track_features) ? texts(record.track_features) : textOf(record.track_features),
  };
}

/** A requirement in the form that the solver reads: the name in lower case, a space behind it, and no channel. */
function requirement(text: string): string | undefined {
  const [, name, rest = ""] = REQUIREMENT.exec(splitSpec(text.trim()).bare.trim()) ?? [];
  return name === undefined ? undefined : `${name.toLowerCase()} ${rest.trim()}`.trim();
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** A whole number that is not negative, even if it is written as text. */
function numberOf(value: unknown): number | undefined {
  if (value === null || value === "" || !["number", "string"].includes(typeof value)) return undefined;
  const number = Math.trunc(Number(value));
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
