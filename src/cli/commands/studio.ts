import { buildCommand } from "@stricli/core";
import type { Cli } from "../context.js";
import { text, whole } from "../fields.js";
import { commonFlags, flag, toggle } from "../flags.js";
import type { StudioFlags } from "../studio.js";

export const studioCommand = buildCommand<StudioFlags, string[], Cli>({
  loader: async () => {
    const { studio } = await import("../studio.js");
    return (flags: StudioFlags, ...places: string[]) => studio(flags, places);
  },
  parameters: {
    positional: {
      kind: "array",
      parameter: {
        brief: "Runs, sweeps, or folders of these [default = runs and sweeps]",
        placeholder: "DIR",
        parse: (input: string) => input,
      },
    },
    flags: {
      port: flag("port", whole(0, 65_535, "N", "Port; 0 for a free one [default = 5283, or a free one]")),
      host: flag(
        "host",
        text("ADDRESS", "Address to listen at; other machines reach all but 127.0.0.1 [default = 127.0.0.1]"),
      ),
      token: flag("token", text("TOKEN", "What must be known to get in; generated for a random one")),
      open: toggle("Open it in the browser"),
      build: flag(
        "build",
        text("DIR", "Write page and runs as static files, for any host, and serve nothing"),
      ),
      redis: flag(
        "redis",
        text("URL", "Show the queues of this Redis too: redis://host:6379, rediss://..., or env:NAME"),
      ),
      data: {
        ...flag("data", text("DATA", "Data to train on besides MNIST; may be given again")),
        variadic: true,
      },
      ...commonFlags,
    },
  },
  docs: {
    brief: "Open the studio: watch runs learn, explore models, in the browser",
    customUsage: ["[DIR...] [flags]", "--build DIR [DIR...]"],
    fullDescription:
      "Serves a web app on this machine: train, watch, explore and compare runs, and look at sweeps. It follows runs that\n" +
      "`latent train` trains elsewhere, and trains on the native engine itself; new runs go to the first\n" +
      "folder that is given. Listens at 127.0.0.1; --host for others takes a token, made if none is given.",
  },
});
