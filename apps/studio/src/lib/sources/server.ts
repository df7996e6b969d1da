import type { EpochRecord, RunConfig, TrainEvent, TrainedVae } from "latent/web";
import { get, getBytes, getJson, HttpError, post } from "./http";
import type { Control, OpenedRun, RunCard, RunExamples, RunNews, RunSource } from "./types";
import { unzipped } from "./zip";

type Summary = Omit<RunCard, "source">;

// Lists must be there at once: the library is fetched when a run is opened.

const card = (summary: Summary): RunCard => ({ ...summary, source: "server" });
const at = (id: string, rest = ""): string => `api/runs/${encodeURIComponent(id)}${rest}`;

async function modelOfZip(bytes: Uint8Array): Promise<TrainedVae> {
  const { loadModel } = await import("latent/web");
  return loadModel(unzipped(bytes), { threads: 1 });
}

/** What the server has of a run's data. */
type Offered =
  | { readonly offered: false }
  | {
      readonly offered: true;
      readonly classes: readonly string[] | null;
      readonly labelled: readonly string[];
    };

async function examplesOf(id: string, count: number): Promise<RunExamples | undefined> {
  try {
    const found = await getJson<Offered>(at(id, "/data"));
    if (!found.offered) return undefined;
    const query = `?split=test&count=${count}`;
    const [bytes, labels] = await Promise.all([
      getBytes(at(id, `/examples.npy${query}`)),
      found.labelled.includes("test") ? getBytes(at(id, `/labels.npy${query}`)) : undefined,
    ]);
    const { decodeNpy } = await import("latent/web");
    const { data, shape } = decodeNpy(bytes);
    const [n = 0, ...each] = shape;
    return {
      values: Float32Array.from(data as ArrayLike<number>),
      shape: each,
      count: n,
      labels: labels && Array.from(decodeNpy(labels).data as ArrayLike<number>),
      classes: found.classes ?? undefined,
    };
  } catch (error) {
    if (error instanceof HttpError) return undefined;
    throw error;
  }
}

function follow(id: string, listener: (news: RunNews) => void): () => void {
  const events = new EventSource(at(id, "/events"));
  const on = <T>(name: string, news: (data: T) => RunNews): void => {
    events.addEventListener(name, ({ data }: MessageEvent<string>) => listener(news(JSON.parse(data) as T)));
  };
  on<EpochRecord>("epoch", (record) => ({ type: "epoch", record }));
  on<{ step: number }>("snapshot", ({ step }) => ({ type: "snapshot", step }));
  on<Summary>("state", (summary) => ({ type: "state", card: card(summary) }));
  on<TrainEvent>("train", (event) => ({ type: "train", event }));
  return () => events.close();
}

/** The runs that the server of this page keeps or follows. */
export const serverRuns: RunSource = {
  name: "server",
  list: async () => (await getJson<Summary[]>("api/runs")).map(card),
  open: async (id) => {
    const found = await getJson<{ summary: Summary; config: RunConfig | null; history: EpochRecord[] }>(
      at(id),
    );
    return {
      card: card(found.summary),
      config: found.config ?? undefined,
      history: found.history,
      model: async () => modelOfZip(await getBytes(at(id, "/snapshot"))),
      examples: (count) => examplesOf(id, count),
      zip: async () => (await get(at(id, "/run.zip"))).blob(),
      follow: (listener) => follow(id, listener),
      resume: async (epochs) => void (await post(at(id, "/resume"), { epochs })),
      control: async (action: Control) => void (await post(at(id, "/control"), { action })),
    } satisfies OpenedRun;
  },
};
