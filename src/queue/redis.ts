import { isIP } from "node:net";
import type * as Bull from "bullmq";
import type { Redis, RedisOptions } from "ioredis";
import { optionalPackage } from "../data/index.js";
import { UserError } from "../tensor/index.js";

/** How Redis is reached; kept apart from texts, for it holds the password. */
export interface RedisPlace {
  /** For messages: host, port and database, no secrets. */
  readonly place: string;
  readonly options: RedisOptions;
  /** The same for BullMQ. */
  readonly connection: Bull.ConnectionOptions;
}

/** Names of all that is ours in Redis begin so. */
export const prefix = "latent";

/**
 * Reads `redis://[user[:password]@]host[:port][/database]`, with `rediss://` for TLS, or `env:NAME` for a variable that holds
 * such an address, so that no list of processes shows the password. Throws a UserError, which never shows it either.
 */
export function redisPlace(
  address: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): RedisPlace {
  const [, name] = /^env:(\w+)$/.exec(address) ?? [];
  if (name !== undefined) {
    const value = environment[name];
    if (value === undefined || /^env:/.test(value))
      throw new UserError(`--redis env:${name}: there is no variable ${name}`, 2);
    return redisPlace(value, environment);
  }
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new UserError("--redis takes redis://host:6379, rediss://user:password@host:6380/0 or env:NAME", 2);
  }
  const { protocol, hostname, username, password, pathname } = url;
  const database = pathname.replace(/^\//, "");
  if ((protocol !== "redis:" && protocol !== "rediss:") || hostname === "" || !/^\d*$/.test(database)) {
    throw new UserError("--redis takes redis://host:6379, rediss://user:password@host:6380/0 or env:NAME", 2);
  }
  const port = url.port === "" ? 6379 : Number(url.port);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const options = {
    host,
    port,
    ...(username !== "" && { username: decodeURIComponent(username) }),
    ...(password !== "" && { password: decodeURIComponent(password) }),
    ...(database !== "" && { db: Number(database) }),
    ...(protocol === "rediss:" && { tls: isIP(host) === 0 ? { servername: host } : {} }),
    maxRetriesPerRequest: null,
    // so that a cut of the network is noticed, and the way back too
    connectTimeout: 5000,
    keepAlive: 5000,
    socketTimeout: 15_000,
    retryStrategy: (times: number) => Math.min(2000, 50 * 2 ** Math.min(times, 6)),
  };
  return {
    place: `${protocol}//${hostname}:${port}${database === "" ? "" : `/${database}`}`,
    options,
    connection: options,
  };
}

/** An address that may be written down: `env:NAME`, or one without a password; undefined for others. */
export function addressWithoutSecrets(address: string): string | undefined {
  if (/^env:\w+$/.test(address)) return address;
  const { options } = redisPlace(address);
  return options.password === undefined ? address : undefined;
}

type RedisClass = QueuePackages["Redis"] & { readonly prototype: TimedClient };

/** BullMQ and the client that it runs on, which need not be installed. */
export interface QueuePackages {
  readonly bull: typeof Bull;
  readonly Redis: new (options: RedisOptions) => Redis;
}

/** Throws a UserError that says what to install. */
export async function queuePackages(): Promise<QueuePackages> {
  try {
    const bull = await optionalPackage<typeof Bull>("bullmq");
    const { Redis: client } = await optionalPackage<{ readonly Redis: RedisClass }>("ioredis");
    unrefTimers(client.prototype);
    return { bull, Redis: client };
  } catch (cause) {
    throw new UserError("--redis needs the packages bullmq and ioredis: npm install bullmq ioredis", 2, {
      cause,
    });
  }
}

interface TimedClient {
  setSocketTimeout?: (() => void) & { readonly isLatent?: true };
  socketTimeoutTimer?: NodeJS.Timeout;
}

/** The client's timer of a silent connection goes on when that is closed, and would keep the process from ending. */
function unrefTimers(prototype: TimedClient): void {
  const { setSocketTimeout: before } = prototype;
  if (before === undefined || before.isLatent === true) return;
  const after = function (this: TimedClient): void {
    before.call(this);
    this.socketTimeoutTimer?.unref();
  };
  prototype.setSocketTimeout = Object.assign(after, { isLatent: true } as const);
}

/** What is wrong with Redis, in words without secrets. */
export function redisTrouble({ place }: RedisPlace, error: unknown): string {
  const message =
    error instanceof Error
      ? error.message || ((error as NodeJS.ErrnoException).code ?? error.name)
      : String(error);
  if (/WRONGPASS|NOAUTH|invalid password/i.test(message))
    return `${place}: the password is wrong or missing; give redis://user:password@host`;
  if (/certificate|self.signed|SSL|TLS/i.test(message)) return `${place}: no TLS connection: ${message}`;
  return `${place}: ${message}`;
}

/** What a run's leader waits for, in words without secrets: Redis, or a store whose files can't be read or written for now. */
export function leadTrouble(place: RedisPlace, error: unknown): string {
  return error instanceof UserError || isOfFile(error)
    ? error.message
    : `Redis: ${redisTrouble(place, error)}`;
}

/** Whether it is the file system that refuses. */
export function isOfFile(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return ("path" in error && error.path !== undefined) || isOfFile(error.cause);
}

/** An open way to Redis. */
export interface OpenRedis extends QueuePackages, RedisPlace {
  readonly client: Redis;
  close(): Promise<void>;
}

/** Milliseconds for which a Redis that refuses is tried again: it may be starting. */
const patience = 3000;

/** What no second try mends. */
const isFinal = (error: unknown): error is Error =>
  error instanceof Error && /WRONGPASS|NOAUTH|NOPERM|invalid password|certificate/i.test(error.message);

/** Resolves once the client has an answer, whatever comes between; rejects with what is wrong after some seconds. */
async function answered(client: Redis, seconds: number): Promise<void> {
  const began = performance.now();
  let last = new Error("it does not answer");
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(last), seconds * 1000);
      client.on("error", (error: Error) => {
        last = error;
        if (isFinal(error) || performance.now() - began > patience) reject(error);
      });
      client.once("ready", () => void client.ping().then(() => resolve(), reject));
      client.connect().catch((error: unknown) => {
        if (isFinal(error)) reject(error);
      });
    });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Connects to Redis, which may just be starting. Throws a UserError, with the address but no password, if it can't be reached within
 * some seconds.
 */
export async function openRedis(address: string, seconds = 8): Promise<OpenRedis> {
  const packages = await queuePackages();
  const found = redisPlace(address);
  const client = new packages.Redis({ ...found.options, lazyConnect: true });
  try {
    await answered(client, seconds);
  } catch (error) {
    client.disconnect();
    throw new UserError(`can't reach Redis at ${redisTrouble(found, error)}`, 1);
  }
  return {
    ...packages,
    ...found,
    client,
    close: async () => {
      await Promise.race([
        client.quit().catch(() => undefined),
        new Promise((done) => setTimeout(done, 1000)),
      ]);
      client.disconnect();
    },
  };
}

/**
 * What a promise comes to, or a rejection with the signal's reason if that is aborted before: commands to a Redis that is gone wait
 * until it is there again.
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  let give: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    give = () => reject(signal.reason as Error);
    signal.addEventListener("abort", give);
  });
  promise.catch(() => undefined); // nobody waits for it any more
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (give !== undefined) signal.removeEventListener("abort", give);
  }
}

/** Does what tidies up in Redis, as far as that answers within some milliseconds. */
export async function briefly(work: () => Promise<unknown>, milliseconds: number): Promise<void> {
  const done = work().catch(() => undefined);
  await Promise.race([done, new Promise((resolve) => setTimeout(resolve, milliseconds).unref())]);
}

/** Closes what BullMQ has open, whether Redis is there or not. */
export async function closeAll(
  opened: readonly { close(): Promise<void>; disconnect(): Promise<void> }[],
): Promise<void> {
  await briefly(() => Promise.all(opened.map((one) => one.close())), 2000);
  await briefly(() => Promise.all(opened.map((one) => one.disconnect())), 500);
}

/** Milliseconds since 1970 by Redis' clock, the one that all who meet there share. */
export async function redisNow({ client }: Pick<OpenRedis, "client">): Promise<number> {
  const [seconds, micros] = await client.time();
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}
