import { UserError } from "../../tensor/index.js";
import {
  beat,
  isPage,
  lockFile,
  type LockOwner,
  ownerInWords,
  pageOwner,
  parseOwner,
  patience,
} from "../lock-file.js";
import { type RunHold, type RunPlace, textOf } from "./place.js";

/** What is used of a browser's `navigator.locks`. */
export interface PageLocks {
  request(name: string, callback: () => Promise<void>): Promise<void>;
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

type Files = Pick<RunPlace, "name" | "at" | "read" | "writeWhole" | "removeWhole">;

/** A place's files and when they were written. */
export interface LockablePlace extends Files {
  /** When a file was last written, in milliseconds since 1970; undefined if there is none. */
  written(file: string): Promise<number | undefined>;
}

const nameOf = ({ nonce }: LockOwner): string => `latent run ${nonce}`;
/** One tab at a time looks who holds a place, and takes it. */
const taking = "latent runs";

function pageLocks(): PageLocks {
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: unknown } };
  const locks = navigator?.locks as PageLocks | undefined;
  if (locks !== undefined) return locks;
  throw new UserError(
    "runs can't be kept here: the browser has no Web Locks, which only pages of https addresses or of localhost have",
  );
}

const origin = (): string =>
  (globalThis as { readonly location?: { readonly origin: string } }).location?.origin ?? "";

/** What trains into a place now, in words, or undefined if nothing does. */
export async function holderOf(place: LockablePlace): Promise<string | undefined> {
  const bytes = await place.read(lockFile);
  if (bytes === undefined) return undefined;
  const owner = parseOwner(textOf(bytes));
  if (owner !== undefined && isPage(owner) && owner.host === origin()) {
    const { held = [] } = await pageLocks().query();
    return held.some(({ name }) => name === nameOf(owner))
      ? "another tab, or by this page already"
      : undefined;
  }
  // A process or another site's page can't be asked; it gives a sign of life from time to time.
  const silent = Date.now() - ((await place.written(lockFile)) ?? 0);
  if (silent > patience * 1000) return undefined;
  return owner === undefined ? `something that ${place.at(lockFile)} does not name` : ownerInWords(owner);
}

/** Throws the UserError that names who trains into a place, if something does. */
export async function requireIdle(place: LockablePlace, remedy: string): Promise<void> {
  const holder = await holderOf(place);
  if (holder !== undefined) throw new UserError(`${place.name} is being trained by ${holder}. ${remedy}`);
}

/** Holds a lock of the page until the returned function is called; a page that ends, however it does, holds none. */
function hold(locks: PageLocks, name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, () => new Promise<void>((release) => resolve(release)))
      .catch((cause: unknown) =>
        reject(
          new UserError("runs can't be kept here: the browser refuses this page Web Locks", 1, { cause }),
        ),
      );
  });
}

/**
 * The right to write into a place's files, which one page or process has at a time. Among the tabs of a site Web Locks decide,
 * which end with their tab; for processes and other sites, `run.lock` names the owner and is written again every 15 seconds.
 */
class PageLock implements RunHold {
  private readonly timer: ReturnType<typeof setInterval>;
  private touching: Promise<void> = Promise.resolve();
  private held = true;

  constructor(
    private readonly place: LockablePlace,
    private readonly text: string,
    private readonly letGo: () => void,
  ) {
    this.timer = setInterval(() => void this.touch(), beat * 1000);
  }

  async check(): Promise<void> {
    const bytes = await this.place.read(lockFile);
    if (bytes !== undefined && textOf(bytes) === this.text) return;
    const other = bytes && parseOwner(textOf(bytes));
    throw new UserError(
      `${this.place.name} is no longer this page's to write: ` +
        (other
          ? `${ownerInWords(other)} has taken it over`
          : `${this.place.at(lockFile)} was deleted or changed`),
    );
  }

  async release(): Promise<void> {
    if (!this.held) return;
    this.held = false;
    clearInterval(this.timer);
    await this.touching;
    try {
      await this.check();
      await this.place.removeWhole(lockFile);
    } catch {
      // It is another's by now, or can't be removed: a lock whose page holds no Web Lock counts for nothing.
    }
    this.letGo();
  }

  private touch(): Promise<void> {
    const write = async (): Promise<void> => {
      await this.check();
      await this.place.writeWhole(lockFile, this.text);
    };
    this.touching = this.touching.then(write).catch(() => undefined); // what writes next says so
    return this.touching;
  }
}

/** Takes the lock of a place. Throws a UserError that names who has it, and what to do. */
export async function takePageLock(place: LockablePlace): Promise<RunHold> {
  const locks = pageLocks();
  const endTaking = await hold(locks, taking);
  try {
    await requireIdle(place, "Wait until that ends, stop it, or train into another run");
    const owner = pageOwner(origin());
    const letGo = await hold(locks, nameOf(owner));
    const text = `${JSON.stringify(owner)}\n`;
    try {
      await place.writeWhole(lockFile, text);
    } catch (error) {
      letGo();
      throw error;
    }
    return new PageLock(place, text, letGo);
  } finally {
    endTaking();
  }
}
