import { composeChart, FONT_SIZE, loadPlot } from "../../dist/plot/chart.js";

const colours = ["#1453be", "#d9772b", "#5aa469", "#8d4fb0", "#9aa5b5"];
const axis = { fontSize: FONT_SIZE, strokeOpacity: 0.5, fillOpacity: 0.75 };

/** Lines of points { x, y } by name, as an SVG document. `x` and `y` say type, domain, ticks and how those are written, `x` its label too. */
export async function lines({ title, caption, series, x, y }) {
  const width = 720;
  const { Plot, draw } = await loadPlot();
  const names = Object.keys(series);
  const points = names.flatMap((name) => series[name].map((point) => ({ ...point, name })));
  const panel = draw({
    width,
    height: 320,
    marginTop: 14,
    marginRight: 24,
    marginBottom: 46,
    marginLeft: 56,
    x: { type: x.type ?? "linear", domain: x.domain },
    y: { type: y.type ?? "linear", domain: y.domain },
    marks: [
      Plot.gridY(y.ticks, { strokeOpacity: 0.14 }),
      Plot.axisY(y.ticks, {
        ...axis,
        tickFormat: y.format,
        tickSize: 0, label: null,
      }),
      Plot.axisX(x.ticks, {
        ...axis,
        tickFormat: x.format,
        tickSize: 4,
        label: x.label,
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: 42,
      }),
      Plot.line(points, {
        x: "x",
        y: "y",
        z: "name",
        stroke: ({ name }) => colours[names.indexOf(name)],
        strokeWidth: 2.25,
        curve: "linear",
      }),
    ],
  });
  return composeChart({
    width,
    title,
    legend: names.map((label, i) => ({ label, colour: colours[i], mark: "line" })),
    panels: [{ ...panel, x: 0, y: 0 }],
    caption,
    ariaLabel: `${title}: ${names.join(", ")}.`,
  });
}
