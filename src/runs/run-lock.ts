import { createHash } from "node:crypto";
import { constants, readFileSync, unlinkSync } from "node:fs";
import { copyFile, link, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { errorCode, fileError, readIfThere } from "../data/index.js";
import { UserError } from "../tensor/index.js";
import { beat, isPage, lockFile, type LockOwner, ownerInWords, parseOwner, patience } from "./lock-file.js";
import { stateOf, thisOwner } from "./lock-owner.js";

interface Held {
  readonly owner: LockOwner | undefined;
  /** Stands for this very lock in the names of its successors' files. */
  readonly key: string;
  /** When it was last written, by the file system's clock, in milliseconds. */
  readonly touched: number;
}

const held = new Set<RunLock>();
function releaseAll(): void {
  for (const lock of held) lock.releaseNow();
}

/**
 * The right to write into a run's folder, which one process has at a time. The file `run.lock` names its owner and is
 * touched every 15 seconds. The lock of a process that has ended is taken over at once on the same computer; on another
 * one, whose processes can't be asked, after two minutes without a sign of life.
 */
export class RunLock {
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly folder: string,
    private readonly text: string,
  ) {
    this.timer = setInterval(() => void this.touch(), beat * 1000);
    this.timer.unref();
    if (held.size === 0) process.on("exit", releaseAll);
    held.add(this);
  }

  /**
   * Takes the lock of a folder. Of several that try at once, one gets it. Throws a UserError that names the process
   * which has it, and what to do.
   */
  static async take(folder: string): Promise<RunLock> {
    const me = await thisOwner();
    const text = `${JSON.stringify(me)}\n`;
    const claim = path.join(folder, `${lockFile}.${process.pid}-${me.nonce}.part`);
    try {
      await writeClaim(claim, text);
      await takeWith(folder, claim, me);
    } catch (error) {
      throw fileError(error, `write ${path.join(folder, lockFile)}`);
    } finally {
      await rm(claim, { force: true }).catch(() => undefined);
    }
    return new RunLock(folder, text);
  }

  /** Throws a UserError if the lock is no longer this process's: it was deleted, or taken over during a long pause. */
  async check(): Promise<void> {
    const now = await readIfThere(this.file);
    if (now?.toString("utf8") === this.text) return;
    const other = now && parseOwner(now.toString("utf8"));
    throw new UserError(
      `${this.folder} is no longer this process's to write: ` +
        (other ? `${ownerInWords(other)} has taken it over` : `${this.file} was deleted or changed`),
    );
  }

  /** Gives the folder free. */
  async release(): Promise<void> {
    if (!held.has(this)) return;
    this.forget();
    const now = await readIfThere(this.file).catch(() => undefined);
    if (now?.toString("utf8") === this.text) await rm(this.file, { force: true }).catch(() => undefined);
  }

  /** `release` for the moment in which the process ends. */
  releaseNow(): void {
    this.forget();
    try {
      if (readFileSync(this.file, "utf8") === this.text) unlinkSync(this.file);
    } catch {
      return;
    }
  }

  private get file(): string {
    return path.join(this.folder, lockFile);
  }

  private forget(): void {
    clearInterval(this.timer);
    held.delete(this);
    if (held.size === 0) process.off("exit", releaseAll);
  }

  /** Written rather than given a time, so that the file system's own clock counts. */
  private async touch(): Promise<void> {
    try {
      await this.check();
      const file = await open(this.file, "r+");
      await file.write(this.text, 0).finally(() => file.close());
    } catch {
      return; // what writes next says so
    }
  }
}

/** Whether a process trains into a folder now, as far as its lock tells; nothing is changed. */
export async function isBeingTrained(folder: string): Promise<boolean> {
  const now = await endOfChain(path.join(folder, lockFile));
  if (now === undefined) return false;
  const state = now.owner === undefined ? "unknown" : await stateOf(now.owner);
  return state === "alive" || (state === "unknown" && Date.now() - now.touched < patience * 1000);
}

async function writeClaim(claim: string, text: string): Promise<void> {
  const file = await open(claim, "wx");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Whoever makes `run.lock` has the lock. Whoever makes `run.lock.<key>` succeeds the owner of that key if it has died:
 * the owner is the end of this chain, and each link can be made once. The successor then becomes `run.lock` itself.
 */
async function takeWith(folder: string, claim: string, me: LockOwner): Promise<void> {
  const file = path.join(folder, lockFile);
  for (;;) {
    if (await makeFrom(claim, file)) break;
    const now = await endOfChain(file);
    if (now === undefined) continue;
    await requireDead(folder, now, (await stat(claim)).mtimeMs);
    const succession = `${file}.${now.key}`;
    if (!(await makeFrom(claim, succession))) continue;
    if ((await endOfChain(file))?.key === me.nonce) {
      await rename(claim, file);
      break;
    }
    // Another had taken it over, and maybe released it, since it was looked at.
    await rm(succession, { force: true });
  }
  // The lock is held now; a succession that stays behind is of a key that no other lock has.
  await removeSuccessions(folder).catch(() => undefined);
}

async function removeSuccessions(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (new RegExp(`^${lockFile}\\.[0-9a-f]{16}$`).test(name))
      await rm(path.join(folder, name), { force: true });
  }
}

/** Makes a file with all of its content, unless there is one; says whether it did. */
async function makeFrom(claim: string, file: string): Promise<boolean> {
  try {
    await link(claim, file);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    if (errorCode(error) === "ENOENT") throw error;
  }
  // Where there are no links to files.
  try {
    await copyFile(claim, file, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function endOfChain(file: string): Promise<Held | undefined> {
  let found = await readHeld(file);
  while (found !== undefined) {
    const next = await readHeld(`${file}.${found.key}`);
    if (next === undefined) return found;
    found = next;
  }
  return undefined;
}

async function readHeld(file: string): Promise<Held | undefined> {
  const bytes = await readIfThere(file);
  const touched = (await stat(file).catch(() => undefined))?.mtimeMs;
  if (bytes === undefined || touched === undefined) return undefined;
  const owner = parseOwner(bytes.toString("utf8"));
  return {
    owner,
    key: owner?.nonce ?? createHash("sha256").update(bytes).digest("hex").slice(0, 16),
    touched,
  };
}

/** Throws the UserError that names a lock's owner, unless that has died. */
async function requireDead(folder: string, { owner, touched }: Held, now: number): Promise<void> {
  const file = path.join(folder, lockFile);
  const state = owner === undefined ? "unknown" : await stateOf(owner);
  if (state === "dead" || (state === "unknown" && now - touched > patience * 1000)) return;
  if (owner === undefined) {
    throw new UserError(
      `${file} is damaged, so that nobody knows which process trains into ${folder}. If none does, delete the file, ` +
        `or try again in ${patience / 60} minutes`,
    );
  }
  const { pid, host, since } = owner;
  const others = isPage(owner) ? ownerInWords(owner) : `process ${pid}`;
  const who = pid === process.pid && state === "alive" ? "this process already" : others;
  const away =
    state === "unknown"
      ? `${isPage(owner) ? "" : ` on ${host}`}. If that has died, delete ${file}, or try again in ${patience / 60} minutes`
      : "";
  throw new UserError(
    `${folder} is being trained by ${who}, since ${since}${away}${away === "" ? ". " : "; else "}` +
      `${away === "" ? "Wait" : "wait"} until it ends, stop it, or choose another folder`,
  );
}
