import {
  type Application,
  type ApplicationText,
  ArgumentParseError,
  ArgumentScannerError,
  buildApplication,
  buildRouteMap,
  formatMessageForArgumentScannerError,
  text_en,
} from "@stricli/core";
import { packageVersion } from "../report/index.js";
import { UserError } from "../tensor/index.js";
import { attributeCommand } from "./commands/attribute.js";
import { dataInspectCommand } from "./commands/data-inspect.js";
import { devicesCommand } from "./commands/devices.js";
import { encodeCommand } from "./commands/encode.js";
import { evaluateCommand } from "./commands/evaluate.js";
import { exportTorchCommand } from "./commands/export-torch.js";
import { exportTrainingCommand } from "./commands/export-training.js";
import { generateCommand } from "./commands/generate.js";
import { imputeCommand } from "./commands/impute.js";
import { importTorchCommand } from "./commands/import-torch.js";
import { inspectCommand } from "./commands/inspect.js";
import { interpolateCommand } from "./commands/interpolate.js";
import { listCommand } from "./commands/list.js";
import { lrFindCommand } from "./commands/lr-find.js";
import { manifoldCommand } from "./commands/manifold.js";
import { nearestCommand } from "./commands/nearest.js";
import { qualityCommand } from "./commands/quality.js";
import { reconstructCommand } from "./commands/reconstruct.js";
import { scoreCommand } from "./commands/score.js";
import { studioCommand } from "./commands/studio.js";
import { sweepCommand } from "./commands/sweep.js";
import { trainCommand } from "./commands/train.js";
import { traverseCommand } from "./commands/traverse.js";
import { workerCommand } from "./commands/worker.js";
import type { Cli } from "./context.js";
import { failureCode, failureText } from "./failure.js";

function textFor(debug: boolean): ApplicationText {
  const failure = (error: unknown): string => `latent: ${failureText(error, debug)}`;
  return {
    ...text_en,
    exceptionWhileParsingArguments(error) {
      if (error instanceof ArgumentParseError && error.exception instanceof UserError) {
        return failure(error.exception);
      }
      if (!(error instanceof ArgumentScannerError)) return failure(error);
      return `latent: ${formatMessageForArgumentScannerError(error, {})}`;
    },
    exceptionWhileLoadingCommandFunction: failure,
    exceptionWhileLoadingCommandContext: failure,
    exceptionWhileRunningCommand: failure,
    commandErrorResult: failure,
    noCommandRegisteredForInput({ input, corrections }) {
      const hint =
        corrections.length === 0 ? "see latent --help" : `did you mean ${corrections.join(" or ")}?`;
      return `latent: there is no command "${input}"; ${hint}`;
    },
  };
}

/** The command line as stricli runs it. `debug` shows stacks of errors. */
export function application(debug: boolean): Application<Cli> {
  const importing = buildRouteMap<string, Cli>({
    routes: { torch: importTorchCommand },
    docs: { brief: "Take weights from elsewhere: PyTorch" },
  });
  const exporting = buildRouteMap<string, Cli>({
    routes: { torch: exportTorchCommand, training: exportTrainingCommand },
    docs: { brief: "Write for elsewhere: weights for PyTorch, a training graph" },
  });
  const data = buildRouteMap<string, Cli>({
    routes: { inspect: dataInspectCommand },
    docs: { brief: "Look at data: tables" },
  });
  const root = buildRouteMap<string, Cli>({
    routes: {
      train: trainCommand,
      lrFind: lrFindCommand,
      sweep: sweepCommand,
      evaluate: evaluateCommand,
      generate: generateCommand,
      encode: encodeCommand,
      score: scoreCommand,
      nearest: nearestCommand,
      traverse: traverseCommand,
      attribute: attributeCommand,
      impute: imputeCommand,
      quality: qualityCommand,
      reconstruct: reconstructCommand,
      interpolate: interpolateCommand,
      manifold: manifoldCommand,
      inspect: inspectCommand,
      data,
      import: importing,
      export: exporting,
      worker: workerCommand,
      studio: studioCommand,
      devices: devicesCommand,
      list: listCommand,
    },
    docs: { brief: "Variational autoencoders: train, measure, generate" },
  });
  return buildApplication(root, {
    name: "latent",
    versionInfo: { currentVersion: packageVersion() },
    scanner: { caseStyle: "allow-kebab-for-camel" },
    documentation: { disableAnsiColor: true, onlyRequiredInUsageLine: true },
    localization: { text: textFor(debug) },
    determineExitCode: failureCode,
  });
}
