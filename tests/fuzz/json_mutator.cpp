// Changes JSON as a tree, every second time: a value is replaced by another one of the file or by one of a list, taken out, or put in again
// under another key. Else bytes are changed, as anywhere.
#include <cstring>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support.hpp"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

using nlohmann::json;

// Values with their parents.
struct Place {
  json* parent;
  json* value;
  std::string key;  // in an object
  size_t index;     // in an array
};

void list_places(json& value, std::vector<Place>& places) {
  if (value.is_object()) {
    for (auto& [key, child] : value.items()) {
      places.push_back({&value, &child, key, 0});
      list_places(child, places);
    }
  } else if (value.is_array()) {
    for (size_t i = 0; i < value.size(); i++) {
      places.push_back({&value, &value[i], "", i});
      list_places(value[i], places);
    }
  }
}

const std::vector<json>& values() {
  static const std::vector<json> list = {
      nullptr,
      true,
      false,
      0,
      1,
      -1,
      255,
      256,
      257,
      258,
      259,
      4294967295u,
      4294967296u,
      0.5,
      1e300,
      "",
      " ",
      "a",
      "ab",
      "Ġ",
      "Ġa",
      "é",
      "YWI=",
      "1.0",
      "v3",
      "v15",
      json::array(),
      json::object(),
      "NFC",
      "BPE",
      "Split",
      "Digits",
      "ByteLevel",
      "Sequence",
      "Isolated",
      "Removed",
      "[a-z]+",
      "\\p{L}+|\\s+(?!\\S)",
      "TemplateProcessing",
      json{{"type", "NFC"}},
      json{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}},
      json{{"Regex", "\\p{N}"}},
      json{{"String", " "}},
      json::array({"a", "b"}),
      "a b"};
  return list;
}

std::string mutate_text(const std::string& text) {
  uint8_t buffer[64];
  const size_t size = std::min(text.size(), sizeof buffer);
  std::memcpy(buffer, text.data(), size);
  return std::string(reinterpret_cast<const char*>(buffer), LLVMFuzzerMutate(buffer, size, sizeof buffer));
}

void change(json& tree, test::Random& random) {
  std::vector<Place> places;
  list_places(tree, places);
  if (places.empty()) return;
  const Place& place = places[random.below(places.size())];
  const json other = random.below(2) ? *places[random.below(places.size())].value : values()[random.below(values().size())];
  switch (random.below(6)) {
    case 0:
      if (place.value->is_string())
        *place.value = mutate_text(place.value->get<std::string>());
      else
        *place.value = other;
      return;
    case 1:
      if (place.parent->is_object())
        place.parent->erase(place.key);
      else
        place.parent->erase(place.index);
      return;
    case 2:
      if (place.parent->is_object())
        (*place.parent)[mutate_text(place.key)] = *place.value;
      else
        place.parent->insert(place.parent->begin() + std::ptrdiff_t(place.index), other);
      return;
    case 3:
      if (place.value->is_array())
        place.value->push_back(other);
      else if (place.value->is_number_unsigned())
        *place.value = place.value->get<uint64_t>() + random.below(3);
      else
        *place.value = other;
      return;
    default:
      *place.value = other;
  }
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  test::Random random(seed);
  json tree = random.below(2) ? json::parse(data, data + size, nullptr, false) : json(json::value_t::discarded);
  if (tree.is_discarded()) return LLVMFuzzerMutate(data, size, max_size);
  change(tree, random);
  const std::string text = tree.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, text.data(), text.size());
  return text.size();
}
