#!/usr/bin/env node
import { leaveWhenAsked } from "./interrupt.js";

leaveWhenAsked();
// Everything else is loaded after that: a signal may come meanwhile.
const { runCommand } = await import("./run-command.js");
await runCommand(process.argv.slice(2));
