/* The whole player: the decoder's weights are in this file, nothing is fetched. */
(() => {
  const model = JSON.parse(document.getElementById("model").textContent);
  const floats = (text) => {
    const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    return new Float32Array(bytes.buffer);
  };
  const activations = {
    relu: (x) => Math.max(0, x),
    tanh: Math.tanh,
    sigmoid: (x) => 1 / (1 + Math.exp(-x)),
    softplus: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
    elu: (x) => (x > 0 ? x : Math.expm1(x)),
    silu: (x) => x / (1 + Math.exp(-x)),
    identity: (x) => x,
  };
  const size = model.shape.reduce((product, each) => product * each, 1);
  const [height, width, channels = 1] = model.shape;
  const layers = (model.layers ?? []).map((layer) => ({
    ...layer,
    weight: floats(layer.weight),
    bias: floats(layer.bias),
  }));
  const atlas = model.atlas && Uint8Array.from(atob(model.atlas.shades), (sign) => sign.charCodeAt(0));

  /** The decoder: y = activation(W x + b), layer by layer. */
  function decodeLayers(z) {
    let values = z.map((value) => value * model.scale);
    layers.forEach(({ weight, bias, inputs, outputs }, at) => {
      const last = at === layers.length - 1;
      const activation = activations[last ? model.output : model.hidden];
      const next = new Float32Array(last ? size : outputs);
      for (let row = 0; row < next.length; row++) {
        let sum = bias[row];
        for (let i = 0; i < inputs; i++) sum += weight[row * inputs + i] * values[i];
        next[row] = activation(sum);
      }
      values = next;
    });
    const [black, white] = model.range;
    return values.map((value) => (value - black) / (white - black));
  }

  /** Where the decoder isn't of dense layers alone: the nearest of pictures that were decoded beforehand. */
  function nearestPicture(z) {
    const { count } = model.atlas;
    const place = (value, [low, high]) =>
      Math.min(count - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * count)));
    const row = count - 1 - place(z[model.pad[1]] ?? 0, model.ranges[model.pad[1]] ?? [0, 1]);
    const at = (row * count + place(z[model.pad[0]], model.ranges[model.pad[0]])) * size;
    return Float32Array.from(atlas.subarray(at, at + size), (shade) => shade / 255);
  }
  const decode = atlas ? nearestPicture : decodeLayers;

  function picture(values) {
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = 255 * values[i * channels + (channels < 3 ? 0 : c)];
      image.data[4 * i + 3] = 255;
    }
    return image;
  }

  const z = model.start.slice();
  const shown = document.getElementById("shown");
  Object.assign(shown, { width, height });
  const pad = document.getElementById("pad");
  const sliders = document.getElementById("sliders");
  const inputs = z.map((value, dim) => {
    if (atlas && !model.pad.includes(dim)) return undefined;
    const label = document.createElement("label");
    const name = document.createElement("span");
    name.textContent = `z${dim + 1}`;
    const input = document.createElement("input");
    const [low, high] = model.ranges[dim];
    Object.assign(input, { type: "range", min: low, max: high, step: "any" });
    input.value = value;
    const number = document.createElement("output");
    label.append(name, input, number);
    sliders.append(label);
    input.addEventListener("input", () => go(dim, Number(input.value)));
    return { input, number };
  });

  const tiles = 16;
  const [a, b] = model.pad;
  const range = (dim) => model.ranges[dim] ?? [0, 1];
  let ground;
  let groundKey;
  function paintGround() {
    const key = z.map((value, dim) => (dim === a || dim === b ? "" : value.toFixed(2))).join();
    if (key === groundKey) return;
    groundKey = key;
    ground = document.createElement("canvas");
    Object.assign(ground, { width: tiles * width, height: tiles * height });
    const context = ground.getContext("2d");
    const code = z.slice();
    for (let i = 0; i < tiles * tiles; i++) {
      const [column, row] = [i % tiles, Math.floor(i / tiles)];
      code[a] = range(a)[0] + ((column + 0.5) / tiles) * (range(a)[1] - range(a)[0]);
      if (b !== undefined) code[b] = range(b)[1] - ((row + 0.5) / tiles) * (range(b)[1] - range(b)[0]);
      context.putImageData(picture(decode(code)), column * width, row * height);
    }
  }
  function paint() {
    const values = decode(z);
    shown.getContext("2d").putImageData(picture(values), 0, 0);
    inputs.forEach((parts, dim) => {
      if (!parts) return;
      parts.input.value = z[dim];
      parts.number.textContent = z[dim].toFixed(2);
    });
    paintGround();
    Object.assign(pad, { width: 640, height: 640 });
    const context = pad.getContext("2d");
    context.drawImage(ground, 0, 0, 640, 640);
    const x = ((z[a] - range(a)[0]) / (range(a)[1] - range(a)[0])) * 640;
    const y = b === undefined ? 320 : ((range(b)[1] - z[b]) / (range(b)[1] - range(b)[0])) * 640;
    context.beginPath();
    context.arc(x, y, 9, 0, 2 * Math.PI);
    Object.assign(context, { fillStyle: "#4f46e5", strokeStyle: "#fff", lineWidth: 4 });
    context.stroke();
    context.fill();
  }
  let asked = false;
  function soon() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      paint();
    });
  }
  function go(dim, value) {
    const [low, high] = range(dim);
    z[dim] = Math.min(high, Math.max(low, value));
    soon();
  }
  function follow(event) {
    const box = pad.getBoundingClientRect();
    const part = (event.clientX - box.left) / box.width;
    go(a, range(a)[0] + part * (range(a)[1] - range(a)[0]));
    if (b !== undefined) {
      go(b, range(b)[1] - ((event.clientY - box.top) / box.height) * (range(b)[1] - range(b)[0]));
    }
  }
  pad.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" || event.buttons) follow(event);
  });
  pad.addEventListener("pointerdown", follow);
  pad.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [a, -1], ArrowRight: [a, 1], ArrowDown: [b, -1], ArrowUp: [b, 1] }[event.key];
    if (!step || step[0] === undefined) return;
    event.preventDefault();
    go(step[0], z[step[0]] + (step[1] * (range(step[0])[1] - range(step[0])[0])) / 60);
  });
  document.getElementById("random").addEventListener("click", () => {
    for (let dim = 0; dim < z.length; dim++) {
      const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
      const [low, high] = range(dim);
      go(dim, (low + high) / 2 + (normal * (high - low)) / 6);
    }
  });
  window.latentModel = { decode, z };
  paint();
})();
