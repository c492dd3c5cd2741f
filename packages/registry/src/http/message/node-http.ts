// Imported by name, these modules would make all that they can be asked for, an HTTP client and web sockets among it:
// 0.1 s.
/** `node:http`. */
export const http = process.getBuiltinModule("node:http");
/** `node:https`, which loads TLS: not before it is needed, since many a registry on this machine does not speak it. */
export const https = () => process.getBuiltinModule("node:https");
