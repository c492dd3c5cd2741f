const VERSION =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:[+_]([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;
const PRE = new Map([
  ["alpha", "a"],
  ["beta", "b"],
  ["c", "rc"],
  ["pre", "rc"],
  ["preview", "rc"],
]);

/** Whether two texts are one version (PyPA version specifiers, normalisation): `1.0-Beta` and `1.0.0b0`. */
export function sameVersion(left: string, right: string): boolean {
  return normalVersion(left) === normalVersion(right);
}

/** Whether a text is a version at all. */
export function isVersion(text: string): boolean {
  return VERSION.test(text.trim().toLowerCase());
}

/** `2.1` of `2.1+cpu`. */
export function withoutLocal(version: string): string {
  return version.replace(/\+.*$/, "");
}

function normalVersion(text: string): string {
  const lower = text.trim().toLowerCase();
  const match = VERSION.exec(lower);
  if (match === null) return lower;
  const [, epoch, release = "", pre, preNumber, dashPost, post, postNumber, dev, devNumber, local] = match;
  const number = (digits: string | undefined) => String(Number(digits || 0));
  return [
    number(epoch),
    release
      .split(".")
      .map(number)
      .join(".")
      .replace(/(\.0)+$/, ""),
    pre && `${PRE.get(pre) ?? pre}${number(preNumber)}`,
    dashPost === undefined ? post && `post${number(postNumber)}` : `post${number(dashPost)}`,
    dev && `dev${number(devNumber)}`,
    local?.split(/[-_.]/).join("."),
  ].join("|");
}
