const PLAIN = /^[\w%+,./:=@^-]+$/;

/** A command line as one would type it into a POSIX shell, for messages; never to be run by one. */
export function escapeCommand(command: string, args: readonly string[]): string {
  return [command, ...args].map(escapeArgument).join(" ");
}

function escapeArgument(argument: string): string {
  if (PLAIN.test(argument)) return argument;
  // Control characters would break the one line a command has in a log.
  const visible = argument.replace(/[\n\r\t]/g, (char) => ({ "\n": "\\n", "\r": "\\r", "\t": "\\t" })[char] ?? char);
  return `'${visible.replaceAll("'", `'\\''`)}'`;
}
