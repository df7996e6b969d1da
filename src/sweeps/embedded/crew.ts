import { randomBytes } from "node:crypto";
import type { Member } from "./member.js";

/** The members of a sweep that work in this process, as many as are asked for. */
export class Crew {
  private readonly session = randomBytes(4).toString("hex");
  private readonly members: Member[] = [];
  private readonly ended: Promise<void>[] = [];
  private failure: Error | undefined;
  private named = 0;

  constructor(private readonly make: (name: string) => Member) {}

  /** Whether there is nothing to do for any of them, and never will be. */
  get isIdle(): boolean {
    return this.members.length > 0 && this.members.every(({ idle }) => idle);
  }

  /** Adds members, or lets the last ones leave when they have done what is under way. */
  resize(count: number): void {
    while (this.members.length < count) this.add();
    for (const member of this.members.splice(count)) member.leave(false);
  }

  /** Has everything under way saved and ended; members ask again. */
  interrupt(): void {
    for (const member of this.members) member.interrupt();
  }

  /** Has everything under way saved, and ends all members. */
  async leave(): Promise<void> {
    for (const member of this.members) member.leave(true);
    await Promise.all(this.ended);
  }

  /** Throws what a member failed of, which is never a run's failure: those are reported to the board. */
  requireSound(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  private add(): void {
    const member = this.make(`${this.session}-${++this.named}`);
    this.members.push(member);
    this.ended.push(
      member.work().catch((error: unknown) => {
        this.failure ??= error instanceof Error ? error : new Error(String(error));
      }),
    );
  }
}
