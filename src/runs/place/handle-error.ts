import { UserError } from "../../tensor/index.js";

/** What to do about a browser's refusal, by its error's name. */
const reasons: Readonly<Record<string, string>> = {
  NotFoundError: "it is not there any more",
  NotAllowedError:
    "the page has no permission for it: ask for it (`requestPermission`), or let the user open it again",
  SecurityError:
    "the browser does not let this page have files: private windows and frames of other sites often may not",
  QuotaExceededError: "the room that the browser gives this page is full: remove runs, or free disk space",
  TypeMismatchError: "a folder is in the place of a file, or a file in that of a folder",
  NoModificationAllowedError: "another tab or program is writing it",
  InvalidStateError: "it was changed by another program meanwhile: try again",
};

/** A browser's refusal as an error that a user can act on: `can't <what>: <reason>`. */
export function handleError(cause: unknown, what: string): UserError {
  if (cause instanceof UserError) return cause;
  const { name = "", message = String(cause) } = (cause ?? {}) as { name?: string; message?: string };
  return new UserError(`can't ${what}: ${reasons[name] ?? message}`, 1, { cause });
}
