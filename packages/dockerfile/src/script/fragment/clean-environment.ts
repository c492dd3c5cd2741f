import { SYSTEM_PATH } from "./fail.ts";
import { PYTHON_SOURCES } from "./python-sources.ts";

/** What installers may see of a base image's environment: where programs lie, the language, proxies and trust. */
const KEPT = [
  "PATH|HOME|PWD|TMPDIR|LANG|LC_*|TZ|LD_LIBRARY_PATH|SOURCE_DATE_EPOCH",
  "*_proxy|*_PROXY|SSL_CERT_FILE|SSL_CERT_DIR",
  ...PYTHON_SOURCES.map(({ argument }) => argument),
  // A shell does not unset these.
  "SHELLOPTS|BASHOPTS|UID|EUID|PPID",
].join("|");

/**
 * Takes every variable out of the environment that is not one of a closed list, so that no setting of the base image
 * for its own tools decides what is installed. Comes before anything else in a step.
 */
export const CLEAN_ENVIRONMENT: readonly string[] = [
  SYSTEM_PATH,
  "set -f;",
  // Words inside values are examined too, which is harmless: at worst they unset a variable that is not in the list.
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own
  'for word in $(env); do case "$word" in *=*) name="${word%%=*}";; *) continue;; esac;',
  `case "$name" in ''|[0-9]*|*[!A-Za-z0-9_]*|${KEPT}) ;; *) unset "$name";; esac; done; set +f;`,
];
