import os from "node:os";
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { Refusal } from "./refusal.js";
import { isSame, newToken } from "./token.js";

/** The addresses by which a server is reached: host and port, as browsers send them. */
export interface Addresses {
  readonly host: string;
  readonly port: number;
}

const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** Whether an address is one of this machine alone. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** All that a request's `Host` may be. */
export function hostsOf({ host, port }: Addresses): ReadonlySet<string> {
  const everywhere = host === "0.0.0.0" || host === "::";
  const own = everywhere
    ? [
        os.hostname(),
        ...Object.values(os.networkInterfaces()).flatMap((list) =>
          (list ?? []).map(({ address }) => address),
        ),
      ]
    : [host];
  const names = everywhere || isLoopback(host) ? [...own, "localhost", "127.0.0.1"] : own;
  const hosts = names.map((name) => bracketed(name.toLowerCase()));
  return new Set(hosts.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])));
}

const reads = new Set(["GET", "HEAD"]);

/**
 * Refuses requests that other sites make: by another name that was pointed here (DNS rebinding), and, of all that is not
 * a file of the page, from another site's page.
 */
export function sameSite(hosts: () => ReadonlySet<string>): MiddlewareHandler {
  return async ({ req }, next) => {
    const host = req.header("host")?.toLowerCase() ?? "";
    if (!hosts().has(host)) {
      throw new Refusal(403, "this studio is not at that address; open the one that it has printed");
    }
    const reading = reads.has(req.method);
    if (!reading || /^\/(api|queues)(\/|$)/.test(req.path)) {
      const origin = req.header("origin");
      const site = req.header("sec-fetch-site");
      const foreign = origin !== undefined && origin !== `http://${host}`;
      const asked = site === undefined || site === "same-origin" || (reading && site === "none");
      if (foreign || !asked) throw new Refusal(403, "another site's page may not ask this");
    }
    await next();
  };
}

const enter = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=./"><title>Latent studio</title>`;

/**
 * Lets in who knows the token: as `Authorization: Bearer`, or once in the page's address, from when on a cookie that no
 * script reads stands for it.
 */
export function withToken(token: string, port: () => number): MiddlewareHandler {
  const session = newToken();
  return async (context, next) => {
    const { req } = context;
    const name = `latent-studio-${port()}`;
    const bearer = /^Bearer (.+)$/i.exec(req.header("authorization") ?? "")?.[1];
    if (isSame(bearer ?? "", token) || isSame(getCookie(context, name) ?? "", session)) return next();
    const given = req.query("token");
    if (req.method === "GET" && req.path === "/" && given !== undefined && isSame(given, token)) {
      setCookie(context, name, session, { httpOnly: true, sameSite: "Strict", path: "/" });
      // A page that goes on by itself, not a redirect: a browser that comes from another site's link sends no strict
      // cookie along with that.
      context.header("cache-control", "no-store");
      return context.html(enter);
    }
    throw new Refusal(401, "open the address with its token that `latent studio` has printed");
  };
}
