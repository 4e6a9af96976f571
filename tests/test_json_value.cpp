// Values of a tree by their places, and how a wrong one is named.
#include "load/json_value.hpp"

#include "catch.hpp"
#include "support.hpp"

namespace {

const nlohmann::json tree = nlohmann::json::parse(R"({"a": {"list": [1, "x", true, null, -1, 4294967296, 1.5, 4294967295]}, "long": ")" + std::string(200, 'y') + "\"}");
const bpe::JsonPlace root = {&tree, ""};

template <class Call>
std::string refused(Call call, token_ranker_status status = TOKEN_RANKER_BAD_VALUE) {
  const test::Outcome outcome = test::outcome_of(call);
  CHECK(outcome.status == status);
  return outcome.message;
}

}  // namespace

TEST_CASE("json value: places have the names that a reader of the file knows") {
  const bpe::JsonPlace list = root["a"]["list"];
  CHECK(list.path == "a.list");
  CHECK(list.array_size() == 8);
  CHECK(list[size_t{0}].number() == 1);
  CHECK(list[7].number() == UINT32_MAX);
  CHECK(list[1].string() == "x");
  CHECK(list[2].boolean());
  CHECK(list[3].is_absent());
  CHECK(list[3].boolean_or(true));
  CHECK_FALSE(root["b"].boolean_or(false));
  CHECK(root["b"].is_absent());
  CHECK(list[4].path == "a.list[4]");
}

TEST_CASE("json value: what is wrong is named with its place and shown") {
  const bpe::JsonPlace list = root["a"]["list"];
  CHECK(refused([&] { list[4].number(); }) == "a.list[4] is -1: expected a number from 0 to 4294967295");
  CHECK(refused([&] { list[5].number(); }) == "a.list[5] is 4294967296: expected a number from 0 to 4294967295");
  CHECK(refused([&] { list[6].number(); }) == "a.list[6] is 1.5: expected a number from 0 to 4294967295");
  CHECK(refused([&] { list[1].boolean(); }) == "a.list[1] is \"x\": expected true or false");
  CHECK(refused([&] { list[size_t{0}].string(); }) == "a.list[0] is 1: expected a string");
  CHECK(refused([&] { root["b"].string(); }) == "b is missing: expected a string");
  CHECK(refused([&] { list[3].string(); }) == "a.list[3] is null: expected a string");
  CHECK(refused([&] { list[size_t{0}]["x"]; }) == "a.list[0] is 1: expected an object");
  CHECK(refused([&] { root["b"]["x"]; }) == "b is missing: expected an object");
  CHECK(refused([&] { root["a"].array_size(); }).find("a is {\"list\":[1,\"x\"") == 0);
  CHECK(refused([&] { root["long"].number(); }) == "long is \"" + std::string(79, 'y') + "...: expected a number from 0 to 4294967295");
  CHECK(refused([&] { root["a"].refuse_feature("no"); }, TOKEN_RANKER_UNSUPPORTED_FEATURE).find(": no") != std::string::npos);
}
