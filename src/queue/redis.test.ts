import { connect, createServer, type AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { freePort, redisServer, startRedis } from "../testing/redis-server.js";
import { openRedis } from "./index.js";

describe.skipIf(redisServer === undefined)("openRedis", () => {
  test("goes on when the first connections are cut before they are of use", async () => {
    const redis = await startRedis();
    let cut = 0;
    const between = createServer((socket) => {
      socket.on("error", () => undefined);
      if (cut++ < 2) socket.once("data", () => socket.destroy());
      else socket.pipe(connect(redis.port, "127.0.0.1")).pipe(socket);
    });
    await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = between.address() as AddressInfo;
      const opened = await openRedis(`redis://127.0.0.1:${port}`);
      expect(await opened.client.ping()).toBe("PONG");
      await opened.close();
      expect(cut).toBeGreaterThan(2);
    } finally {
      between.close();
      await redis.stop();
    }
  });

  test("waits for a Redis that is just starting", async () => {
    const port = await freePort();
    const [opened, redis] = await Promise.all([openRedis(`redis://127.0.0.1:${port}`), startRedis({ port })]);
    expect(await opened.client.ping()).toBe("PONG");
    await opened.close();
    await redis.stop();
  });

  test("tells after some seconds what is wrong where nothing listens", async () => {
    await expect(openRedis(`redis://127.0.0.1:${await freePort()}`)).rejects.toThrow(
      /can't reach Redis at .*ECONNREFUSED/,
    );
  }, 20_000);
});
