/** A model behind hono: `serve({ fetch: honoApp(service).fetch, port: 3000 })` of @hono/node-server. */
import { Hono } from "hono";
import { mistake, type Service } from "./service.js";

export function honoApp(service: Service): Hono {
  const app = new Hono();
  app.get("/generate.png", async (c) =>
    c.body((await service.generatePng(c.req.query())).slice().buffer, 200, { "content-type": "image/png" }),
  );
  app.get("/generate.json", async (c) => {
    const { shape, data } = await service.generate(c.req.query());
    return c.json({ shape, data: Array.from(data) });
  });
  app.post("/encode", async (c) => c.json({ codes: await service.encode(await bodyOf(c.req)) }));
  app.post("/score", async (c) => c.json({ scores: await service.score(await bodyOf(c.req)) }));
  app.onError((error, c) => {
    const told = mistake(error);
    return told === undefined
      ? c.json({ error: "the server has failed" }, 500)
      : c.json({ error: told }, 400);
  });
  return app;
}

/** The JSON that was sent, or nothing where it is none. */
async function bodyOf(request: { json(): Promise<unknown> }): Promise<unknown> {
  return request.json().catch(() => undefined);
}
