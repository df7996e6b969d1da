// Encodes rows of 32-bit floats with a model's encoder.onnx: encode model/encoder.onnx x.npy codes.npy
//   g++ -std=c++17 -O2 encode.cpp -o encode -I/usr/include/onnxruntime -lonnxruntime
#include <algorithm>
#include <iostream>

#include "npy.hpp"

int main(int argc, char** argv) try {
  if (argc != 4) throw std::runtime_error("usage: encode encoder.onnx x.npy codes.npy");
  Ort::Env env;
  Ort::Session session(env, argv[1], Ort::SessionOptions{});
  Array x = readNpy(argv[2]);
  const char* input = "x";
  const char* output = "mean";
  std::vector<float> codes;
  const int64_t rows = x.shape.at(0);
  for (int64_t at = 0; at < rows; at += 4096) {
    Ort::Value piece = x.rows(at, std::min(rows, at + 4096));
    const auto found = session.Run({}, &input, &piece, 1, &output, 1);
    const float* numbers = found[0].GetTensorData<float>();
    codes.insert(codes.end(), numbers, numbers + found[0].GetTensorTypeAndShapeInfo().GetElementCount());
  }
  writeNpy(argv[3], codes, rows, static_cast<int64_t>(codes.size()) / rows);
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
