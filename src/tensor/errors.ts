/**
 * A failure that its user can mend: the message names the file, option or shape and says what to do.
 * The command line prints it without a stack trace and exits with `exitCode` (1 failure, 2 wrong usage).
 */
export class UserError extends Error {
  override readonly name = "UserError";

  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
