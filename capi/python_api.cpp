#include "python_api.hpp"

#include <cstring>
#include <mutex>

#include "python_list.hpp"
#include "python_string.hpp"

namespace python {

const char* const function_names[] = {
#define NAME(Result, name, parameters) #name,
    PYTHON_FUNCTIONS(NAME)
#undef NAME
        nullptr};
static_assert(sizeof(Python) == sizeof function_names - sizeof function_names[0], "every function is one pointer");

Python py;
bool has_global_lock = false;
uint32_t first_counted_int = 0;
Object* none = nullptr;
Object* set_type = nullptr;
Object* frozenset_type = nullptr;
Object* str_type = nullptr;

namespace {

// A library that contains its own libgcc can catch what another one unwinds only after it has thrown something itself.
void enable_call() {
  try {
    throw 0;
  } catch (int) {
  }
}

// Whether the first word of an int is its reference count, as in every Python with a global lock but for some debug builds.
bool counts_in_first_word(unsigned long number) {
  const Reference object(py.PyLong_FromUnsignedLong(number));
  if (!object) return false;
  const volatile Size* const word = reinterpret_cast<const volatile Size*>(object.get());
  const Size before = *word;
  py.Py_IncRef(object.get());
  const bool is_more = *word == before + 1;
  py.Py_DecRef(object.get());
  return is_more && *word == before;
}

// Python shares the ints from 0 up to some number, which depends on its version.
uint32_t find_first_counted_int(uint32_t counted) {
  uint32_t lo = 0, hi = counted;
  while (lo < hi) {
    const uint32_t middle = lo + (hi - lo) / 2;
    if (counts_in_first_word(middle)) {
      hi = middle;
    } else {
      lo = middle + 1;
    }
  }
  return lo;
}

bool look_at_python() {
  constexpr uint32_t never_shared = 1'000'000;
  has_global_lock = counts_in_first_word(never_shared);
  first_counted_int = has_global_lock ? find_first_counted_int(never_shared) : 0;
  const Reference set(py.PySet_New(nullptr)), frozenset(py.PyFrozenSet_New(nullptr));
  const Reference string(py.PyUnicode_DecodeUTF8("", 0, nullptr));
  const Reference nothing(set ? py.PyObject_CallMethod(set.get(), "clear", nullptr) : nullptr);
  if (!nothing || !frozenset || !string) return false;
  none = nothing.get();
  set_type = type_of(set.get());
  frozenset_type = type_of(frozenset.get());
  str_type = type_of(string.get());
  return look_at_strings() && look_at_lists();
}

}  // namespace

bool attach(const void* const* functions) {
  static std::mutex mutex;
  static bool is_attached = false;
  const std::lock_guard lock(mutex);
  if (is_attached) return std::memcmp(&py, functions, sizeof py) == 0;
  std::memcpy(&py, functions, sizeof py);
  enable_call();
  is_attached = look_at_python();
  return is_attached;
}

Object* call_method(Object* self, const char* name, Object* const* args, Size args_size, Object* names) {
  const Reference method(py.PyObject_GetAttrString(self, name));
  const Reference positional(py.PyTuple_New(args_size));
  const Reference keywords(py.PyDict_New());
  if (!method || !positional || !keywords) return nullptr;
  for (Size i = 0; i < args_size; i++) {
    py.Py_IncRef(args[i]);
    py.PyTuple_SetItem(positional.get(), i, args[i]);
  }
  const Size names_size = names ? py.PyTuple_Size(names) : 0;
  for (Size i = 0; i < names_size; i++) {
    if (py.PyDict_SetItem(keywords.get(), py.PyTuple_GetItem(names, i), args[args_size + i]) < 0) return nullptr;
  }
  return call(py.PyObject_Call, method.get(), positional.get(), keywords.get());
}

}  // namespace python
