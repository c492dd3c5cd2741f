/** The name to fetch an image by when its registry host has a mirror: `docker.io` -> `localhost:5000`. */
export function throughMirror(reference: string, mirrors: Readonly<Record<string, string>>): string {
  const slash = reference.indexOf("/");
  const first = slash < 0 ? "" : reference.slice(0, slash);
  const hasHost = first === "localhost" || /[.:]/.test(first) || first !== first.toLowerCase();
  const host = hasHost && first !== "index.docker.io" ? first : "docker.io";
  const mirror = mirrors[host];
  if (mirror === undefined) return reference;
  const path = hasHost ? reference.slice(slash + 1) : reference;
  return `${mirror}/${host === "docker.io" && !path.includes("/") ? "library/" : ""}${path}`;
}
