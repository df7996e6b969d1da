import { chmodSync } from "node:fs";
import path from "node:path";
import { bundle } from "./bundle.mjs";
import { root } from "./tools.mjs";

await bundle();
// npm links the bin as it is: it must be executable.
chmodSync(path.join(root, "dist", "bundle", "main.js"), 0o755);
