import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * A competitor in a process of its own that answers each line of JSON with a line of JSON. Lines that don't begin
 * with `{` are ignored. The process is asked to do one thing at a time and is idle otherwise.
 */
export class Competitor {
  #child;
  #waiting;
  #errors = "";

  constructor({ command, args, env = {} }) {
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stderr.on("data", (text) => {
      this.#errors = (this.#errors + text).slice(-2000);
    });
    this.#child.stdin.on("error", () => undefined);
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      if (line.startsWith("{")) this.#settle(JSON.parse(line));
    });
    this.#child.on("error", (error) => this.#settle({ error: error.message }));
    this.#child.on("exit", (code, signal) =>
      this.#settle({ error: `ended with ${signal ?? code}: ${this.#errors.trim().slice(-400)}` }),
    );
  }

  get pid() {
    return this.#child.pid;
  }

  /** Sends a request; answers the reply. Throws what the competitor reports as `error`, or on a time-out. */
  ask(request, seconds = 300) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle({ error: `no answer in ${seconds} s` }), seconds * 1000);
      this.#waiting = (reply) => {
        clearTimeout(timer);
        if (reply.error === undefined) resolve(reply);
        else reject(new Error(reply.error));
      };
      if (this.#child.exitCode !== null) this.#settle({ error: `ended: ${this.#errors.trim().slice(-400)}` });
      else this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  stop() {
    this.#child.removeAllListeners("exit");
    this.#child.stdin.end();
    this.#child.kill();
  }

  #settle(reply) {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(reply);
  }
}
