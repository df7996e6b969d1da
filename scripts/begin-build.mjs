import { rmSync } from "node:fs";
import path from "node:path";
import { root } from "./tools.mjs";

// What a file left that has since moved would go into the package, and hide that something still asks for it.
rmSync(path.join(root, "dist"), { recursive: true, force: true });
