import { getJson } from "./http";
import type { RunCard } from "./types";

/** Data that can be trained on at once. */
export interface OfferedData {
  readonly id: string;
  readonly name: string;
  readonly examples: number;
}

/** What the page's own address offers. */
export interface Session {
  readonly kind: "server" | "static";
  readonly version: string;
  /** The engine on the server, if it trains. */
  readonly native: { readonly device: string; readonly cores: number } | null;
  readonly data: readonly OfferedData[];
  /** Where the view of queues is, if the server has one. */
  readonly queues: string | null;
  /** The runs among the page's own files. */
  readonly runs: readonly Omit<RunCard, "source">[];
}

const alone: Session = { kind: "static", version: "", native: null, data: [], queues: null, runs: [] };

/** Pages that were built as static files say so in their head. */
const isStatic = document.querySelector('meta[name="latent-static"]') !== null;

async function look(): Promise<Session> {
  if (isStatic) return { ...alone, ...(await getJson<Session>("static.json")), kind: "static" };
  return { ...alone, ...(await getJson<Session>("api/session")), kind: "server" };
}

let found: Promise<Session> | undefined;

class Known {
  current = $state.raw<Session>();
}

/** The session as far as it is known. */
export const session = new Known();

/** What the page's own address offers; asked for once. */
export function startSession(): Promise<Session> {
  found ??= look().then((result) => {
    session.current = result;
    return result;
  });
  return found;
}

/** Where MNIST's files are. */
export const mnistAddress = (): string =>
  new URL(`${isStatic ? "" : "api/"}data/mnist`, document.baseURI).href;
