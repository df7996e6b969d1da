import { UserError } from "../tensor/index.js";

/** A request that is refused, with the status that says so. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 501 | 503,
    message: string,
  ) {
    super(message);
  }
}

/** There is nothing of that name. */
export const nothing = (what: string): Refusal => new Refusal(404, what);

/** What is told of an error, and the status that goes with it; nothing of the program's inside. */
export function told(error: unknown): { readonly status: Refusal["status"] | 500; readonly error: string } {
  if (error instanceof Refusal) return { status: error.status, error: error.message };
  if (error instanceof UserError) return { status: 422, error: error.message };
  if (error instanceof Error && error.name === "AbortError") {
    return { status: 503, error: "it was stopped before it began" };
  }
  return { status: 500, error: "an error in latent itself; the terminal of `latent studio` shows it" };
}
