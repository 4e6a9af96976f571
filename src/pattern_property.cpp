#include "pattern_property.hpp"

#include <algorithm>
#include <iterator>

namespace bpe {
namespace {

struct Category {
  std::string_view short_name;
  std::string_view long_name;
  std::string_view alias;
  const char* pcre2_name;
  bool is_closed_under_folding;
};

constexpr Category categories[] = {
    {"c", "other", "", "C", true},
    {"cc", "control", "cntrl", "Cc", true},
    {"cf", "format", "", "Cf", true},
    {"cn", "unassigned", "", "Cn", true},
    {"co", "privateuse", "", "Co", true},
    {"l", "letter", "", "L", false},
    {"lc", "casedletter", "", "LC", false},
    {"ll", "lowercaseletter", "", "Ll", false},
    {"lm", "modifierletter", "", "Lm", true},
    {"lo", "otherletter", "", "Lo", true},
    {"lt", "titlecaseletter", "", "Lt", false},
    {"lu", "uppercaseletter", "", "Lu", false},
    {"m", "mark", "combiningmark", "M", false},
    {"mc", "spacingmark", "", "Mc", true},
    {"me", "enclosingmark", "", "Me", true},
    {"mn", "nonspacingmark", "", "Mn", false},
    {"n", "number", "", "N", true},
    {"nd", "decimalnumber", "digit", "Nd", true},
    {"nl", "letternumber", "", "Nl", true},
    {"no", "othernumber", "", "No", true},
    {"p", "punctuation", "punct", "P", true},
    {"pc", "connectorpunctuation", "", "Pc", true},
    {"pd", "dashpunctuation", "", "Pd", true},
    {"pe", "closepunctuation", "", "Pe", true},
    {"pf", "finalpunctuation", "", "Pf", true},
    {"pi", "initialpunctuation", "", "Pi", true},
    {"po", "otherpunctuation", "", "Po", true},
    {"ps", "openpunctuation", "", "Ps", true},
    {"s", "symbol", "", "S", true},
    {"sc", "currencysymbol", "", "Sc", true},
    {"sk", "modifiersymbol", "", "Sk", true},
    {"sm", "mathsymbol", "", "Sm", true},
    {"so", "othersymbol", "", "So", true},
    {"z", "separator", "", "Z", true},
    {"zl", "lineseparator", "", "Zl", true},
    {"zp", "paragraphseparator", "", "Zp", true},
    {"zs", "spaceseparator", "", "Zs", true},
};

// Empty for a name that has other characters than names have.
std::string normalized(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (c == ' ' || c == '_' || c == '-') continue;
    const char lower = c >= 'A' && c <= 'Z' ? char(c + ('a' - 'A')) : c;
    if ((lower < 'a' || lower > 'z') && (lower < '0' || lower > '9')) return {};
    result += lower;
  }
  return result;
}

}  // namespace

Property find_property(std::string_view name) {
  bool may_be_category = true, may_be_script = true, has_key = false;
  if (const size_t separator = name.find_first_of(":="); separator != std::string_view::npos) {
    const std::string key = normalized(name.substr(0, separator));
    may_be_category = key == "gc" || key == "generalcategory";
    may_be_script = key == "sc" || key == "script";
    has_key = true;
    name.remove_prefix(separator + 1);
  }
  const std::string value = normalized(name);
  if (value.empty()) return {};
  if (may_be_category) {
    const auto found = std::find_if(std::begin(categories), std::end(categories), [&](const Category& category) {
      return value == category.short_name || value == category.long_name || value == category.alias;
    });
    if (found != std::end(categories)) return {found->pcre2_name, found->is_closed_under_folding, has_key || value == found->alias};
  }
  // A script only for PCRE2: "no script".
  if (value == "unknown" || value == "zzzz") return {};
  if (may_be_script) return {"sc:" + value, value == "han", has_key};
  return {};
}

}  // namespace bpe
