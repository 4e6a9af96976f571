#include "post_processor_json.hpp"

#include <utility>

namespace bpe {
namespace {

// A pair of a text and its number.
uint32_t read_pair(const JsonPlace& place) {
  if (place.array_size() != 2) place.refuse_shape("a pair of text and number");
  return place[1].number();
}

Surroundings read_template(const JsonPlace& place) {
  Surroundings result;
  const JsonPlace single = place["single"];
  bool is_behind = false;
  for (size_t i = 0; i < single.array_size(); i++) {
    const JsonPlace piece = single[i], sequence = piece["Sequence"], special = piece["SpecialToken"];
    if (!sequence.value == !special.value) piece.refuse_shape("an object with either Sequence or SpecialToken");
    if (sequence.value) {
      if (is_behind || sequence["id"].string() != "A") piece.refuse_feature("a template for one text has it once");
      is_behind = true;
      continue;
    }
    const JsonPlace ids = place["special_tokens"][special["id"].string().c_str()]["ids"];
    for (size_t n = 0; n < ids.array_size(); n++) (is_behind ? result.after : result.before).push_back(ids[n].number());
  }
  if (!is_behind) single.refuse_feature("a template for one text has it once");
  return result;
}

}  // namespace

Surroundings read_post_processor(const JsonPlace& place) {
  Surroundings result;
  if (place.is_absent()) return result;
  const JsonPlace type = place["type"];
  const std::string& name = type.string();
  if (name == "ByteLevel") return result;
  if (name == "TemplateProcessing") return read_template(place);
  if (name == "RobertaProcessing" || name == "BertProcessing") return {{read_pair(place["cls"])}, {read_pair(place["sep"])}};
  if (name != "Sequence") type.refuse_feature("there is no such post-processor in tokenizers 0.23");
  const JsonPlace list = place["processors"];
  const auto adds_tokens = [](const Surroundings& some) { return !some.before.empty() || !some.after.empty(); };
  for (size_t i = 0; i < list.array_size(); i++) {
    Surroundings next = read_post_processor(list[i]);
    if (!adds_tokens(next)) continue;
    // In the reference the second one takes what the first one added for a text of its own.
    if (adds_tokens(result)) list[i]["type"].refuse_feature("two post-processors that add tokens are not supported");
    result = std::move(next);
  }
  return result;
}

}  // namespace bpe
