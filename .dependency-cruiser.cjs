/** Which rooms of src/ each room may import; everything else between rooms is an error. */
const allowed = {
  tensor: [],
  graph: ["tensor"],
  ops: ["tensor", "graph"],
  autodiff: ["tensor", "graph", "ops"],
  onnx: ["tensor", "graph", "ops"],
  runtime: ["tensor", "graph", "onnx"],
  nn: ["tensor", "graph", "ops"],
  optim: ["tensor", "graph", "ops", "nn"],
  distributions: ["tensor", "graph", "ops", "autodiff", "nn"],
  objectives: ["tensor", "graph", "ops", "autodiff", "nn", "distributions"],
  data: ["tensor"],
  plot: ["tensor"],
  model: ["tensor", "graph", "ops", "onnx", "runtime", "nn", "distributions", "objectives", "data", "plot"],
  train: [
    "tensor",
    "graph",
    "ops",
    "autodiff",
    "onnx",
    "runtime",
    "nn",
    "optim",
    "distributions",
    "objectives",
    "model",
    "data",
    "evaluate",
  ],
  evaluate: [
    "tensor",
    "graph",
    "ops",
    "autodiff",
    "onnx",
    "runtime",
    "nn",
    "distributions",
    "objectives",
    "model",
    "data",
  ],
  sampling: ["tensor", "distributions", "objectives", "model", "data", "train"],
  report: ["tensor", "distributions", "objectives", "model", "data", "plot", "train", "evaluate"],
  cli: ["*"],
  testing: ["*"],
};

const rooms = Object.keys(allowed);

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "nothing-unresolved",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-dev-dependencies",
      comment: "what ships may not import what only development installs",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.test\\.ts$|^src/testing/" },
      to: { dependencyTypes: ["npm-dev"] },
    },
    ...rooms
      .filter((room) => !allowed[room].includes("*"))
      .map((room) => ({
        name: `room-${room}`,
        comment: `src/${room} may import only: ${[room, ...allowed[room]].join(", ")}`,
        severity: "error",
        from: { path: `^src/${room}/`, pathNot: "\\.test\\.ts$" },
        to: { path: "^src/", pathNot: `^src/(${[room, ...allowed[room]].join("|")})/` },
      })),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
    exclude: { path: "_pb\\.ts$" },
  },
};
