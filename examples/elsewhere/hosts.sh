#!/usr/bin/env bash
# Runs the C++ and Python examples against Debian's ONNX Runtime and compares them with Latent's own numbers.
#   sudo examples/elsewhere/hosts.sh [folder for a Debian 13, default /tmp/latent-debian13]
# Needs root, debootstrap, g++ and a build of Latent (npm run build). The Debian takes 700 MB and is kept for the next time.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
debian="${1:-/tmp/latent-debian13}"
latent="node $here/../../dist/bundle/main.js"
ort="$here/../../node_modules/onnxruntime-node/bin/napi-v6/linux/x64"
work="$(mktemp -d)"

if [ ! -e "$debian/usr/include/onnxruntime/onnxruntime_cxx_api.h" ]; then
  debootstrap --variant=minbase --include=python3-numpy trixie "$debian" http://deb.debian.org/debian
  cp /etc/resolv.conf "$debian/etc/"
  chroot "$debian" apt-get install -y --no-install-recommends python3-onnxruntime libonnxruntime-dev
fi
mountpoint -q "$debian/proc" || mount -t proc proc "$debian/proc" # ONNX Runtime asks it for the processor
trap 'umount "$debian/proc"; rm -rf "$work" "$debian/tmp/latent"' EXIT

cd "$work"
node -e '
  const x = Float32Array.from({ length: 6000 }, (_, i) => (Math.imul(i, 2654435761) >>> 0) / 2 ** 32);
  const dict = "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (1000, 6), }".replaceAll("\"", "\x27").padEnd(117) + "\n";
  require("fs").writeFileSync("x.npy", Buffer.concat([Buffer.from([0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0]), Buffer.from(dict), Buffer.from(x.buffer)]));'
$latent train x.npy --z 2 --hidden 32 --epochs 2 --out run --no-pictures 2>/dev/null
$latent encode run x.npy --out codes.npy 2>/dev/null
$latent export training mnist --z 2 --epochs 1 --out start
$latent export training --from run --epochs 4 --out on

echo "== C++ and the ONNX Runtime that Latent runs on"
for name in encode train; do
  g++ -std=c++17 -O2 "-I$debian/usr/include/onnxruntime" "$here/$name.cpp" -o "$name" "$ort/libonnxruntime.so.1" "-Wl,-rpath,$ort"
done
./encode run/model/encoder.onnx x.npy codes-cpp.npy
./train start
./train on

echo "== Python and Debian's ONNX Runtime"
mkdir -p "$debian/tmp/latent"
cp -r ./* "$here"/*.py "$debian/tmp/latent"
# Debian's package registers its schemas twice and says so at each start; what is wrong otherwise still shows
inside() { chroot "$debian" sh -c "cd /tmp/latent && $1" 2> >(grep -v -e '^Schema error' -e '^$' >&2); }
inside "python3 encode.py run/model/encoder.onnx x.npy codes-python.npy"
inside "python3 train.py start && python3 train.py on && python3 train.py on x.npy weights.safetensors | tail -1"
inside "printf '2\n[0.1,0.2,0.3,0.4,0.5,0.6]\n[0,0,0,0,0,0]\n1\n[0.1,0.2,0.3,0.4,0.5,0.6]\n' | python3 encode_clickhouse.py run/model/encoder.onnx"
cp "$debian"/tmp/latent/codes-python.npy "$debian"/tmp/latent/weights.safetensors .
cp codes-cpp.npy codes.npy "$debian/tmp/latent/"
inside 'python3 -c "
import numpy as np
wanted = np.load(\"codes.npy\")
for name in (\"cpp\", \"python\"):
    off = np.abs(np.load(f\"codes-{name}.npy\") - wanted).max()
    print(f\"codes by {name}: at most {off:.1e} away\")
    assert off < 1e-5
"'
echo "== weights that Python trained, taken in again"
$latent import torch weights.safetensors --input 6 --z 2 --hidden 32 --out back
$latent encode back x.npy --out codes-back.npy
