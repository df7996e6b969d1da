import { fileURLToPath } from "node:url";
import { commandPlatform } from "../node.js";
import { packageVersion } from "../report/index.js";
import { picturesOf } from "../runs/index.js";
import { chooseDevice } from "../runtime/devices.js";
import { buildSite, type RunningStudio, startStudio, type StudioTools } from "../studio/index.js";
import { note, print } from "./context.js";
import { loadData, loadRecorded, recordedBytes, recordedLayout, recordedTable } from "./data.js";
import { defined } from "./defined.js";
import type { CommonFlags } from "./flags.js";
import { type Interrupt, interruptible } from "./interrupt.js";
import { openInBrowser } from "./open-in-browser.js";
import { drawRun, planRun, trainRun } from "./train-run.js";
import type { TrainView } from "./views/view.js";

/** What the command is told. */
export interface StudioFlags extends CommonFlags {
  readonly port?: number;
  readonly host?: string;
  readonly token?: string;
  readonly open?: boolean;
  readonly build?: string;
  readonly redis?: string;
  readonly data?: readonly string[];
}

/** Where the page's build is, from here and from the bundle; whoever works on the page may name another. */
const page =
  process.env.LATENT_STUDIO_PAGE ?? fileURLToPath(new URL("../../dist/studio-page", import.meta.url));

const nothing = (): undefined => undefined;

/** What the command lends the studio: its own ways to read data and to train. */
export const studioTools: StudioTools = {
  platform: commandPlatform,
  version: packageVersion(),
  device: async () => (await chooseDevice("auto")).device,
  readData: (source, { config, size } = {}) =>
    config === undefined
      ? loadData(source, size === undefined ? {} : { pictures: { size } })
      : loadRecorded(
          source,
          "start the studio with --data and their new place",
          defined({
            layout: recordedLayout(config),
            bytes: recordedBytes(config),
            recorded: picturesOf(config),
            table: recordedTable(config),
          }),
        ),
  async train({ settings, resume, signal, control, onEvent }) {
    const plan = await planRun(settings, resume);
    const view: TrainView = {
      data: nothing,
      event: onEvent,
      download: nothing,
      pictures: nothing,
      rows: nothing,
      note,
      warning: note,
      ended: nothing,
      close: nothing,
    };
    const interrupt: Interrupt = { signal, code: nothing, release: nothing };
    const run = await trainRun(plan, view, interrupt, control);
    return {
      finished: run.finished,
      draw: async () => void (await drawRun(run, plan.settings, view)),
      close: () => run.model.close(),
    };
  },
  note,
};

function greet({ address, entrance, token }: RunningStudio, host: string | undefined): void {
  print(`The studio is at ${entrance}`);
  note(
    token === undefined
      ? "Only this machine can open it. Ctrl-C ends it."
      : `Who has the token can open it${host === undefined ? "" : `, at ${address} from elsewhere too`}. Ctrl-C ends it.`,
  );
}

/** `latent studio`: writes static files, or serves until it is asked to stop. */
export async function studio(flags: StudioFlags, places: readonly string[]): Promise<void> {
  const { build, port, host, token, redis, data = [] } = flags;
  if (build !== undefined) {
    const { runs } = await buildSite(studioTools, { page, out: build, places, data });
    note(
      `${runs.length} run${runs.length === 1 ? "" : "s"} with the page: any host of static files can serve them`,
    );
    return print(build);
  }
  const running = await startStudio(studioTools, { page, places, data, port, host, token, redis });
  const { trainer } = running.studio;
  const interrupt = interruptible(() => {
    if (trainer.busyWith === undefined) return;
    const rest = trainer.waiting === 0 ? "" : `; ${trainer.waiting} that wait are not begun`;
    note(`stopping after the steps under way, which are saved${rest}; Ctrl-C again ends at once`);
  });
  greet(running, host);
  if (flags.open === true) openInBrowser(running.entrance, note);
  await new Promise<void>((resolve) => {
    if (interrupt.signal.aborted) resolve();
    interrupt.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await running.close();
  process.exitCode = interrupt.code() ?? 1;
  interrupt.release();
}
