/** The same model behind Express 5: `expressApp(service).listen(3000)`. */
import express, { type ErrorRequestHandler, type Express } from "express";
import { mistake, type Service } from "./service.js";

// express tells what handles errors by its four parameters
// eslint-disable-next-line @typescript-eslint/no-unused-vars
const onError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  const told = mistake(error) ?? (error instanceof SyntaxError ? "the body is no JSON" : undefined);
  response.status(told === undefined ? 500 : 400).json({ error: told ?? "the server has failed" });
};

export function expressApp(service: Service): Express {
  const app = express();
  app.use(express.json({ limit: "10mb" }));
  app.get("/generate.png", async (request, response) => {
    response.type("png").send(Buffer.from(await service.generatePng(request.query)));
  });
  app.get("/generate.json", async (request, response) => {
    const { shape, data } = await service.generate(request.query);
    response.json({ shape, data: Array.from(data) });
  });
  app.post("/encode", async (request, response) => {
    response.json({ codes: await service.encode(request.body) });
  });
  app.post("/score", async (request, response) => {
    response.json({ scores: await service.score(request.body) });
  });
  app.use(onError);
  return app;
}
