import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of this process that listens. */
export interface Listening {
  /** `localhost:PORT` */
  host: string;
  /** Stops it and breaks open connections. */
  close(): Promise<void>;
}

/** Lets a server listen on the loopback address: on a free port, unless one is named. */
export async function listen(server: Server, port = 0): Promise<Listening> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { host: `localhost:${(server.address() as AddressInfo).port}`, close };
}
