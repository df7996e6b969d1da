// Arrays in NumPy's files, little-endian and in C's order, as ONNX Runtime's tensors.
#pragma once
#include <onnxruntime_cxx_api.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

struct Array {
  ONNXTensorElementDataType type;
  size_t width;  // bytes of a number
  std::vector<int64_t> shape;
  std::vector<char> bytes;

  // Rows [from, to) of the first axis, or all of it. The array must outlive the tensor.
  Ort::Value rows(int64_t from = 0, int64_t to = -1) {
    auto own = shape;
    int64_t row = static_cast<int64_t>(width);
    for (size_t i = 1; i < shape.size(); i++) row *= shape[i];
    if (to < 0) to = shape.at(0);
    own[0] = to - from;
    auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    return Ort::Value::CreateTensor(memory, bytes.data() + from * row, (to - from) * row, own.data(), own.size(), type);
  }
};

inline Array readNpy(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path);
  std::vector<char> all{std::istreambuf_iterator<char>(file), {}};
  if (all.size() < 10 || std::memcmp(all.data(), "\x93NUMPY\x01", 7) != 0)
    throw std::runtime_error(path + " is no NumPy file of version 1");
  const size_t head = 10 + static_cast<uint8_t>(all[8]) + 256u * static_cast<uint8_t>(all[9]);
  const std::string text(all.begin() + 10, all.begin() + static_cast<long>(head));
  const auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
  Array out{};
  if (has("<f4")) out.type = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, out.width = 4;
  else if (has("<i4")) out.type = ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32, out.width = 4;
  else if (has("|u1")) out.type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8, out.width = 1;
  else throw std::runtime_error(path + " has numbers of another type");
  const size_t open = text.find('(', text.find("'shape'"));
  for (size_t at = open + 1; at < text.find(')', open);) {
    size_t used = 0;
    out.shape.push_back(std::stoll(text.substr(at), &used));
    at = text.find_first_of("0123456789)", at + used);
  }
  out.bytes.assign(all.begin() + static_cast<long>(head), all.end());
  return out;
}

inline void writeNpy(const std::string& path, const std::vector<float>& numbers, int64_t rows, int64_t columns) {
  std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
                     std::to_string(columns) + "), }";
  text += std::string(63 - (10 + text.size()) % 64, ' ') + "\n";
  std::ofstream file(path, std::ios::binary);
  file.write("\x93NUMPY\x01\x00", 8);
  file.put(static_cast<char>(text.size() & 255)).put(static_cast<char>(text.size() >> 8));
  file << text;
  file.write(reinterpret_cast<const char*>(numbers.data()), static_cast<long>(4 * numbers.size()));
}
