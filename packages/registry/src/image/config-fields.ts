type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const isNumber: Check = (value) => Number.isSafeInteger(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
/** As Go reads one (RFC 3339). */
const isTime: Check = (value) =>
  typeof value === "string" &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value) &&
  !Number.isNaN(Date.parse(value.replace(/[.,]\d+/, "")));
/** What stands behind each member of a set. */
const isMark: Check = (value) => value === null || isObject(value);
const isListOf =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item);
const isMapOf =
  (item: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(item);

/** Types by field. Go, in which every engine is written, takes null for each of them. */
type Fields = Readonly<Record<string, Check>>;

const HEALTH_CHECK: Fields = {
  Test: isListOf(isText),
  Interval: isNumber,
  Timeout: isNumber,
  StartPeriod: isNumber,
  Retries: isNumber,
  StartInterval: isNumber,
};
/** What a container is started by, for every engine or only some. */
const RUN: Fields = {
  User: isText,
  WorkingDir: isText,
  StopSignal: isText,
  Env: isListOf(isText),
  Entrypoint: isListOf(isText),
  Cmd: isListOf(isText),
  OnBuild: isListOf(isText),
  ExposedPorts: isMapOf(isMark),
  Volumes: isMapOf(isMark),
  Labels: isMapOf(isText),
  Healthcheck: isObject,
  ArgsEscaped: isFlag,
  Shell: isListOf(isText),
  StopTimeout: isNumber,
  Hostname: isText,
  Domainname: isText,
  MacAddress: isText,
  Image: isText,
  NetworkDisabled: isFlag,
  AttachStdin: isFlag,
  AttachStdout: isFlag,
  AttachStderr: isFlag,
  Tty: isFlag,
  OpenStdin: isFlag,
  StdinOnce: isFlag,
};
const HISTORY: Fields = { created: isTime, created_by: isText, author: isText, comment: isText, empty_layer: isFlag };
const IMAGE: Fields = {
  variant: isText,
  "os.version": isText,
  "os.features": isListOf(isText),
  created: isTime,
  author: isText,
  config: isObject,
  history: isListOf(isObject),
  // Docker's own.
  docker_version: isText,
  container: isText,
  container_config: isObject,
  parent: isText,
  id: isText,
};

/**
 * The first optional field of an image config that is not of the type that config.md of the OCI image-spec or docker
 * give it, as `config.Volumes`; undefined where all are. An engine refuses such an image, or what is built on it.
 */
export function mistypedField(image: Record<string, unknown>): string | undefined {
  const top = mistyped(image, IMAGE, "");
  if (top !== undefined) return top;
  const { config, history } = image as { config?: Record<string, unknown> | null; history?: object[] | null };
  return (
    mistyped(config ?? {}, RUN, "config.") ??
    mistyped((config?.Healthcheck ?? {}) as Record<string, unknown>, HEALTH_CHECK, "config.Healthcheck.") ??
    (history ?? []).map((entry) => mistyped({ ...entry }, HISTORY, "history.")).find((field) => field !== undefined)
  );
}

function mistyped(values: Record<string, unknown>, fields: Fields, prefix: string): string | undefined {
  const wrong = Object.entries(fields).find(([name, fits]) => (values[name] ?? null) !== null && !fits(values[name]));
  return wrong && `${prefix}${wrong[0]}`;
}
