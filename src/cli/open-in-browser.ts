import { spawn } from "node:child_process";

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Opens an address in the user's browser; where that can't be done, `note` says so. */
export function openInBrowser(address: string, note: (line: string) => void): void {
  const [command, ...args] = openers[process.platform] ?? ["xdg-open"];
  const failed = (): void => note(`no browser could be opened (${command}); open ${address} yourself`);
  const child = spawn(command, [...args, address], { stdio: "ignore", detached: true });
  child.on("error", failed);
  child.on("exit", (code) => {
    if (code !== 0 && code !== null) failed();
  });
  child.unref();
}
