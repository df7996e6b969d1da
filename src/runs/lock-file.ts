import * as z from "zod/mini";

/** The file in a run's folder that names what trains it. */
export const lockFile = "run.lock";

/** Seconds between two signs of life. */
export const beat = 15;
/** Seconds without a sign of life after which an owner that can't be asked, on another computer, counts as dead. */
export const patience = 120;

/** Who holds a lock, as its file says. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** When the lock was taken, in ISO 8601. */
  readonly since: string;
  /** Tells this lock from every other. */
  readonly nonce: string;
  /** The boot and the process namespace in which `pid` means something; empty where the system doesn't tell. */
  readonly machine: string;
  /** When the process started, in clock ticks of its boot; empty where the system doesn't tell. */
  readonly started: string;
}

const schema = z.object({
  pid: z.int().check(z.positive()),
  host: z.string(),
  since: z.iso.datetime(),
  nonce: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  machine: z.string(),
  started: z.string(),
});

/** The owner that a lock's file names, or undefined if it is no such file. */
export function parseOwner(text: string): LockOwner | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What the machine of a page's lock begins with; its host is then the page's origin. */
const pageMark = "web page";

/** A page of an origin as the owner of a new lock. */
export function pageOwner(origin: string): LockOwner {
  const random = crypto.getRandomValues(new Uint8Array(8));
  const nonce = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { pid: 1, host: origin, since: new Date().toISOString(), nonce, machine: pageMark, started: "" };
}

export function isPage({ machine }: LockOwner): boolean {
  return machine === pageMark;
}

/** An owner that is not of this machine, in words. */
export function ownerInWords(owner: LockOwner): string {
  return isPage(owner) ? `a web page of ${owner.host}` : `process ${owner.pid} on ${owner.host}`;
}
