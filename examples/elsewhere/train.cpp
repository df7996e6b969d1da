// The first steps of a graph that `latent export training` wrote, in two calls, beside the numbers that Latent has for them:
// train training
//   g++ -std=c++17 -O2 train.cpp -o train -I/usr/include/onnxruntime -lonnxruntime
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <regex>

#include "npy.hpp"

// The states before the first step, by name.
static std::map<std::string, Ort::Value> startOf(const Ort::Env& env, const std::string& path) {
  Ort::Session session(env, path.c_str(), Ort::SessionOptions{});
  Ort::AllocatorWithDefaultOptions allocator;
  std::vector<std::string> names;
  std::vector<const char*> pointers;
  for (size_t i = 0; i < session.GetOutputCount(); i++)
    names.push_back(session.GetOutputNameAllocated(i, allocator).get());
  for (const auto& name : names) pointers.push_back(name.c_str());
  auto values = session.Run({}, nullptr, nullptr, 0, pointers.data(), pointers.size());
  std::map<std::string, Ort::Value> states;
  for (size_t i = 0; i < names.size(); i++) states.emplace(names[i], std::move(values[i]));
  return states;
}

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("usage: train FOLDER, the folder that latent export training wrote");
  const std::string folder = argv[1];
  const auto fileOf = [&](const char* part, const std::string& name) {
    return folder + "/" + part + "/" + std::regex_replace(name, std::regex("[^A-Za-z0-9_.-]+"), "-") + ".npy";
  };
  Ort::Env env;
  Ort::Session session(env, (folder + "/train.onnx").c_str(), Ort::SessionOptions{});
  Ort::AllocatorWithDefaultOptions allocator;

  // States come out as `next:NAME`, to be fed as NAME to the next call.
  std::vector<std::string> outputs;
  std::vector<const char*> outputNames;
  for (size_t i = 0; i < session.GetOutputCount(); i++)
    outputs.push_back(session.GetOutputNameAllocated(i, allocator).get());
  for (const auto& name : outputs) outputNames.push_back(name.c_str());
  std::map<std::string, Ort::Value> states = startOf(env, folder + "/start.onnx");
  // What is neither a state nor `steps` is fed for each call: the data, and what has a row for every step.
  std::map<std::string, Array> feeds;
  for (size_t i = 0; i < session.GetInputCount(); i++) {
    const std::string name = session.GetInputNameAllocated(i, allocator).get();
    if (name != "steps" && states.count(name) == 0) feeds[name] = readNpy(fileOf("feeds", name));
  }

  const int64_t all = feeds.at("indices").shape.at(0);
  const int64_t half = std::max<int64_t>(1, all / 2);
  std::map<std::string, std::vector<float>> found;
  for (int64_t from = 0; from < all; from += from == 0 ? half : all) {
    const int64_t to = from == 0 ? half : all;
    std::vector<const char*> names{"steps"};
    std::vector<Ort::Value> values;
    int64_t steps = to - from;
    auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    values.push_back(Ort::Value::CreateTensor<int64_t>(memory, &steps, 1, nullptr, 0));
    for (auto& [name, array] : feeds) {
      names.push_back(name.c_str());
      const bool fixed = name == "data" || name == "labels";
      values.push_back(fixed ? array.rows() : array.rows(from, to));
    }
    for (auto& [name, value] : states) {
      names.push_back(name.c_str());
      values.push_back(std::move(value));
    }
    auto results = session.Run({}, names.data(), values.data(), values.size(), outputNames.data(), outputNames.size());
    std::map<std::string, Ort::Value> next;
    for (size_t i = 0; i < outputs.size(); i++) {
      if (outputs[i].rfind("next:", 0) == 0) next.emplace(outputs[i].substr(5), std::move(results[i]));
      else {
        const float* numbers = results[i].GetTensorData<float>();
        auto& own = found[outputs[i]];
        own.insert(own.end(), numbers, numbers + steps);
      }
    }
    states = std::move(next);
  }
  double worst = 0;
  for (const auto& [name, numbers] : found) {
    Array expected = readNpy(fileOf("expected", name));
    const float* wanted = reinterpret_cast<const float*>(expected.bytes.data());
    double off = 0;
    for (size_t i = 0; i < numbers.size(); i++)
      off = std::max(off, std::abs(double(numbers[i]) - wanted[i]) / std::max(1e-30, std::abs(double(wanted[i]))));
    std::cout << name << ": " << all << " steps, at most " << off << " of it away\n";
    if (name == "loss") worst = off;
  }
  if (!(worst < 1e-5)) throw std::runtime_error("the loss is not Latent's");
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
