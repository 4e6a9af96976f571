#include "python_list.hpp"

#include <cstdint>
#include <cstring>

namespace python {
namespace {

constexpr Size sample_size = 3;

// Of the pointer in a list, in words; 0: not known.
size_t items_at = 0;

uintptr_t word_of(Object* list, size_t at) {
  uintptr_t word;
  std::memcpy(&word, reinterpret_cast<const char*>(list) + at * sizeof word, sizeof word);
  return word;
}

// A number that may be an address: no size, count or flags.
bool may_be_address(uintptr_t word) { return word >= 1 << 16 && word % alignof(Object*) == 0; }

bool are_items(Object* const* items, Object* list) {
  for (Size i = 0; i < sample_size; i++) {
    if (items[i] != py.PyList_GetItem(list, i)) return false;
  }
  return true;
}

// Writes through the pointer and asks Python what it sees.
bool writes_right() {
  const Reference list(py.PyList_New(sample_size));
  if (!list) return false;
  Object** const items = items_of(list.get());
  for (Size i = 0; i < sample_size; i++) {
    if (items[i]) return false;
    items[i] = py.PyLong_FromUnsignedLong(2'000'000 + static_cast<unsigned long>(i));
  }
  for (Size i = 0; i < sample_size; i++) {
    if (py.PyLong_AsUnsignedLong(py.PyList_GetItem(list.get(), i)) != 2'000'000 + static_cast<unsigned long>(i)) return false;
  }
  return true;
}

}  // namespace

bool look_at_lists() {
  if (!has_global_lock) return true;
  const Reference list(py.PyList_New(sample_size));
  const Reference size(list ? py.PyObject_CallMethod(list.get(), "__sizeof__", nullptr) : nullptr);
  if (!size) return false;
  for (Size i = 0; i < sample_size; i++) {
    Object* item = py.PyLong_FromUnsignedLong(1'000'000 + static_cast<unsigned long>(i));
    if (!item || py.PyList_SetItem(list.get(), i, item) < 0) return false;
  }
  // __sizeof__ counts the array, too.
  const size_t words = py.PyLong_AsSize_t(size.get()) / sizeof(uintptr_t) - size_t(sample_size);
  for (size_t at = 2; at < words; at++) {
    const uintptr_t word = word_of(list.get(), at);
    if (!may_be_address(word) || !are_items(reinterpret_cast<Object* const*>(word), list.get())) continue;
    items_at = at;
    if (!writes_right()) items_at = 0;
    break;
  }
  return !py.PyErr_Occurred();
}

Object** items_of(Object* list) { return items_at ? reinterpret_cast<Object**>(word_of(list, items_at)) : nullptr; }

}  // namespace python
