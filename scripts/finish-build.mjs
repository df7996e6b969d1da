import { chmodSync } from "node:fs";
import path from "node:path";
import { root } from "./tools.mjs";

// npm links the bin as it is: it must be executable.
chmodSync(path.join(root, "dist", "cli", "main.js"), 0o755);
