// The names in \p{...}: general categories and scripts, as the Rust crate regex-syntax reads them -> PCRE2's.
#pragma once

#include <string>
#include <string_view>

namespace bpe {

struct Property {
  std::string pcre2_name;  // empty: not one of those
  // Every character that is a case variant of one of its characters is one of them too.
  bool is_closed_under_folding = false;
  // Oniguruma has no such name, or means something else by it.
  bool is_named_otherwise = false;
};

// By name, alias, `gc=name` or `sc=name`; case, blanks, `_` and `-` do not matter. A script need not exist: PCRE2 knows them.
Property find_property(std::string_view name);

}  // namespace bpe
