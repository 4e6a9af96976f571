#include "class_table.hpp"

namespace bpe {
namespace {

#include "class_table_data.inc"

}  // namespace

const uint8_t* const class_pages = classes;
const uint16_t* const class_page_of = page_of;

}  // namespace bpe
