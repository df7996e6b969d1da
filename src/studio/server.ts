import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { errorCode, fileError } from "../data/index.js";
import { UserError } from "../tensor/index.js";
import { studioApp } from "./app.js";
import { hostsOf, isLoopback } from "./guard.js";
import { openQueues } from "./queues.js";
import { PageFiles } from "./page-files.js";
import { Studio, type StudioOptions } from "./studio.js";
import { newToken, requireToken } from "./token.js";
import type { StudioTools } from "./types.js";

/** The port that is taken unless another is asked for: what a browser keeps of the page belongs to its address. */
export const usualPort = 5283;

/** What the server is told. */
export interface ServerOptions extends StudioOptions {
  /** The folder of the page's build. */
  readonly page: string;
  /** Default: 5283 or, if that is taken, a free one; 0 for a free one. */
  readonly port?: number | undefined;
  /** Default 127.0.0.1, which only this machine reaches. */
  readonly host?: string | undefined;
  /** Default: none on this machine alone, else a random one; `generated` is a random one. */
  readonly token?: string | undefined;
  /** `redis://...`, `rediss://...` or `env:NAME`: bull-board shows its queues at `queues`. Default: none. */
  readonly redis?: string | undefined;
}

/** A studio that is served. */
export interface RunningStudio {
  /** `http://127.0.0.1:5283/` */
  readonly address: string;
  /** The same with the token, for a browser to open. */
  readonly entrance: string;
  readonly token: string | undefined;
  readonly studio: Studio;
  /** Stops training, which is saved, lets all clients go, and ends. */
  close(): Promise<void>;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function listenAt(server: Server, host: string, port: number | undefined): Promise<void> {
  try {
    await listen(server, host, port ?? usualPort);
  } catch (error) {
    const code = errorCode(error);
    if (code === "EADDRINUSE" && port === undefined) return listen(server, host, 0);
    if (code === "EADDRINUSE") {
      throw new UserError(
        `port ${port} is taken by another program; choose another, or --port 0 for a free one`,
      );
    }
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
      throw new UserError(
        `${host} is no address of this machine; give --host one of its own, or 0.0.0.0 for all`,
        2,
      );
    }
    throw fileError(error, `listen at ${host} port ${port ?? usualPort}`);
  }
}

function tokenFor(host: string, told: string | undefined): string | undefined {
  if (told === "generated" || (told === undefined && !isLoopback(host))) return newToken();
  return told === undefined ? undefined : requireToken(told);
}

/** Serves a studio. Throws a UserError for places that can't be read, a page that isn't built, or an address that can't be had. */
export async function startStudio(tools: StudioTools, options: ServerOptions): Promise<RunningStudio> {
  const { host = "127.0.0.1", port } = options;
  const token = tokenFor(host, options.token);
  const studio = await Studio.open(tools, await PageFiles.open(options.page), options);
  await studio.tidy();
  const queues = options.redis === undefined ? undefined : await openQueues(options.redis);
  let hosts: ReadonlySet<string> = new Set();
  let taken = 0;
  const app = studioApp(studio, { hosts: () => hosts, port: () => taken, token }, queues);
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  await listenAt(server, host, port).catch(async (error: unknown) => {
    await queues?.close();
    throw error;
  });
  taken = (server.address() as AddressInfo).port;
  hosts = hostsOf({ host, port: taken });
  const shown = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const address = `http://${shown.includes(":") ? `[${shown}]` : shown}:${taken}/`;
  return {
    address,
    entrance: token === undefined ? address : `${address}?token=${token}`,
    token,
    studio,
    async close() {
      await studio.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await queues?.close();
    },
  };
}
