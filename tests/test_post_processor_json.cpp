// What post-processors put around a text.
#include "load/post_processor_json.hpp"

#include "catch.hpp"
#include "vocabulary_trees.hpp"

using test::json;
using Numbers = std::vector<uint32_t>;

namespace {

bpe::Surroundings read(const json& tree) {
  const json file = json::parse(tree.dump());  // numbers as a file has them
  return bpe::read_post_processor({&file, "post_processor"});
}
test::Outcome outcome(const json& tree) {
  return test::outcome_of([&] { read(tree); });
}

const json text = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
json special(const char* id) { return {{"SpecialToken", {{"id", id}, {"type_id", 0}}}}; }
json make_template(const std::vector<json>& single) {
  return {{"type", "TemplateProcessing"}, {"single", single}, {"special_tokens", {{"bos", {{"ids", {5}}}}, {"two", {{"ids", {6, 7}}}}}}};
}
const json bert = {{"type", "BertProcessing"}, {"sep", {"</s>", 2}}, {"cls", {"<s>", 1}}};
json sequence(const std::vector<json>& list) { return {{"type", "Sequence"}, {"processors", list}}; }

}  // namespace

TEST_CASE("post-processors: tokens before and after") {
  CHECK(read(nullptr).before.empty());
  CHECK(read({{"type", "ByteLevel"}}).after.empty());
  const bpe::Surroundings around = read(make_template({special("bos"), special("two"), text, special("two"), special("bos")}));
  CHECK(around.before == Numbers{5, 6, 7});
  CHECK(around.after == Numbers{6, 7, 5});
  for (const json& tree : {bert, sequence({bert}), sequence({{{"type", "ByteLevel"}}, sequence({make_template({text}), bert}), make_template({text})})}) {
    CHECK(read(tree).before == Numbers{1});
    CHECK(read(tree).after == Numbers{2});
  }
  json roberta = bert;
  roberta["type"] = "RobertaProcessing";
  CHECK(read(roberta).before == Numbers{1});
}

TEST_CASE("post-processors: refusals") {
  CHECK(test::is_refused(outcome({{"type", "Other"}}), TOKEN_RANKER_UNSUPPORTED_FEATURE, "post_processor.type is \"Other\""));
  CHECK(test::is_refused(outcome(sequence({bert, bert})), TOKEN_RANKER_UNSUPPORTED_FEATURE, "post_processor.processors[1].type is \"BertProcessing\""));
  CHECK(test::is_refused(outcome(sequence({make_template({special("bos"), text}), bert})), TOKEN_RANKER_UNSUPPORTED_FEATURE, "two post-processors"));
  CHECK(outcome(make_template({})).status == TOKEN_RANKER_UNSUPPORTED_FEATURE);
  CHECK(outcome(make_template({text, text})).status == TOKEN_RANKER_UNSUPPORTED_FEATURE);
  CHECK(test::is_refused(outcome(make_template({special("eos"), text})), TOKEN_RANKER_BAD_VALUE, "post_processor.special_tokens.eos is missing"));
  json negative = make_template({special("bos"), text});
  negative["special_tokens"]["bos"]["ids"] = {-1};
  CHECK(test::is_refused(outcome(negative), TOKEN_RANKER_BAD_VALUE, "post_processor.special_tokens.bos.ids[0] is -1"));
  for (const json& shape : {json(5), json::object(), json{{"type", "Sequence"}}, json{{"type", "BertProcessing"}, {"sep", {"x"}}, {"cls", {"x", 1}}}, make_template({json::object()}),
                            make_template({{{"Sequence", {{"id", 5}}}}})})
    CHECK(outcome(shape).status == TOKEN_RANKER_BAD_VALUE);
}
