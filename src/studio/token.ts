import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { UserError } from "../tensor/index.js";

/** The least length of a token that is given, in characters. */
const shortest = 16;

/** A token that nobody can guess: 192 random bits, as text that an address can hold. */
export const newToken = (): string => randomBytes(24).toString("base64url");

/** Throws a UserError of wrong usage for a token that is too short or can't stand in an address. */
export function requireToken(token: string): string {
  if (token.length >= shortest && /^[\w.~-]+$/.test(token)) return token;
  throw new UserError(
    `--token must be at least ${shortest} letters, digits, - _ . or ~; leave it out, or say generated, to have one made`,
    2,
  );
}

/** Whether two texts are the same, in a time that does not depend on where they differ. */
export function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
