#include "json_value.hpp"

#include "failure.hpp"

namespace bpe {

JsonPlace JsonPlace::operator[](const char* key) const {
  if (!value || !value->is_object()) refuse_shape("an object");
  const auto found = value->find(key);
  return {found == value->end() ? nullptr : &*found, path.empty() ? key : path + "." + key};
}

JsonPlace JsonPlace::operator[](size_t i) const { return {&(*value)[i], path + "[" + std::to_string(i) + "]"}; }

size_t JsonPlace::array_size() const {
  if (!value || !value->is_array()) refuse_shape("an array");
  return value->size();
}

std::string JsonPlace::shown() const {
  constexpr size_t longest = 80;
  if (!value) return "missing";
  std::string text = value->dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  return text;
}

void JsonPlace::refuse_shape(const char* expected) const {
  throw Failure(TOKEN_RANKER_BAD_VALUE, 0, "%s is %s: expected %s", path.c_str(), shown().c_str(), expected);
}

void JsonPlace::refuse_feature(const char* reason) const {
  throw Failure(TOKEN_RANKER_UNSUPPORTED_FEATURE, 0, "%s is %s: %s", path.c_str(), shown().c_str(), reason);
}

const std::string& JsonPlace::string() const {
  if (!value || !value->is_string()) refuse_shape("a string");
  return value->get_ref<const std::string&>();
}

bool JsonPlace::boolean() const {
  if (!value || !value->is_boolean()) refuse_shape("true or false");
  return value->get<bool>();
}

uint32_t JsonPlace::number() const {
  if (!value || !value->is_number_unsigned() || value->get<uint64_t>() > UINT32_MAX) refuse_shape("a number from 0 to 4294967295");
  return uint32_t(value->get<uint64_t>());
}

}  // namespace bpe
