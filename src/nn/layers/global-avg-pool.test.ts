import { it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { meanOf, Picture } from "../../testing/pictures.js";
import { globalAvgPool } from "./global-avg-pool.js";

it("global-avg-pool is the mean of each channel", () =>
  agrees(
    globalAvgPool(),
    (x, _, shape) => [0, 1, 2].map((channel) => meanOf(Picture.of(x, shape).channel(channel))),
    { shapes: [[4, 2, 3]] },
  ));
