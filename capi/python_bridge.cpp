// Built-in functions for CPython, made of its stable ABI: no Python.h, no link to Python, one library for every version.
//
// py/token_ranker.py looks up the functions of PYTHON_FUNCTIONS in the running Python and hands their addresses over once. With them
// the library makes functions that Python calls like its own. A built-in does the usual case of its method. Anything else (arguments
// of another kind, text that is no UTF-8, a refused special token, an encoding that is closed, a failure) it leaves to the method of
// the same name of its `self`, which is written in Python, repeats the call through ctypes, and knows every error.
//
//     built-in -> self: a _Core, which is a tuple whose item 0 is -> the capsule -> Binding -> token_ranker_t
//
// A running call holds its built-in, and so all of these.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "encoder.hpp"
#include "handle.hpp"
#include "token_ranker.h"

namespace {

struct Object;                // PyObject
struct ThreadState;           // PyThreadState
using Size = std::ptrdiff_t;  // Py_ssize_t

// PyMethodDef with METH_FASTCALL | METH_KEYWORDS: args holds args_size positional arguments, then the values of the keywords `names`.
using Function = Object*(Object* self, Object* const* args, Size args_size, Object* names);
struct Method {
  const char* name;
  Function* function;
  int flags;
  const char* documentation;
};
constexpr int fastcall_with_keywords = 0x80 | 0x02;

// Bits of PyType_GetFlags.
constexpr unsigned long is_list = 1ul << 25, is_tuple = 1ul << 26, is_bytes = 1ul << 27, is_str = 1ul << 28;

#define PYTHON_FUNCTIONS(X)                                                \
  X(void, Py_IncRef, (Object*))                                            \
  X(void, Py_DecRef, (Object*))                                            \
  X(Object*, PyObject_Type, (Object*))                                     \
  X(unsigned long, PyType_GetFlags, (Object*))                             \
  X(Object*, PyObject_GetAttrString, (Object*, const char*))               \
  X(Object*, PyObject_Call, (Object*, Object*, Object*))                   \
  X(Object*, PyObject_CallMethod, (Object*, const char*, const char*, ...)) \
  X(int, PyObject_IsTrue, (Object*))                                       \
  X(Object*, PyErr_Occurred, ())                                           \
  X(void, PyErr_Clear, ())                                                 \
  X(Object*, PyErr_NoMemory, ())                                           \
  X(Size, PyUnicode_GetLength, (Object*))                                  \
  X(const char*, PyUnicode_AsUTF8AndSize, (Object*, Size*))                \
  X(Object*, PyUnicode_AsUTF8String, (Object*))                            \
  X(Object*, PyUnicode_DecodeUTF8, (const char*, Size, const char*))       \
  X(int, PyUnicode_CompareWithASCIIString, (Object*, const char*))         \
  X(Object*, PyBytes_FromStringAndSize, (const char*, Size))               \
  X(int, PyBytes_AsStringAndSize, (Object*, char**, Size*))                \
  X(Object*, PyLong_FromUnsignedLong, (unsigned long))                     \
  X(Object*, PyLong_FromSize_t, (size_t))                                  \
  X(unsigned long, PyLong_AsUnsignedLong, (Object*))                       \
  X(size_t, PyLong_AsSize_t, (Object*))                                    \
  X(Object*, PyList_New, (Size))                                           \
  X(Size, PyList_Size, (Object*))                                          \
  X(Object*, PyList_GetItem, (Object*, Size))                              \
  X(int, PyList_SetItem, (Object*, Size, Object*))                         \
  X(Object*, PyList_AsTuple, (Object*))                                    \
  X(Object*, PyTuple_New, (Size))                                          \
  X(Size, PyTuple_Size, (Object*))                                         \
  X(Object*, PyTuple_GetItem, (Object*, Size))                             \
  X(int, PyTuple_SetItem, (Object*, Size, Object*))                        \
  X(Object*, PyDict_New, ())                                               \
  X(int, PyDict_SetItem, (Object*, Object*, Object*))                      \
  X(int, PyDict_SetItemString, (Object*, const char*, Object*))            \
  X(Object*, PyCapsule_New, (void*, const char*, void (*)(Object*)))       \
  X(void*, PyCapsule_GetPointer, (Object*, const char*))                   \
  X(Object*, PyCFunction_NewEx, (const Method*, Object*, Object*))         \
  X(ThreadState*, PyEval_SaveThread, ())                                   \
  X(void, PyEval_RestoreThread, (ThreadState*))

struct Python {
#define FIELD(Result, name, parameters) Result(*name) parameters;
  PYTHON_FUNCTIONS(FIELD)
#undef FIELD
};

const char* const function_names[] = {
#define NAME(Result, name, parameters) #name,
    PYTHON_FUNCTIONS(NAME)
#undef NAME
        nullptr};
static_assert(sizeof(Python) == sizeof function_names - sizeof function_names[0], "every function is one pointer");

// The Python of this process, written once by the first token_ranker_python_attach. Interpreters of one process share its code;
// what belongs to an interpreter, its objects, is in Binding.
Python py;

// A counted reference to an object of Python, or none.
class Reference {
 public:
  explicit Reference(Object* owned = nullptr) : object_(owned) {}
  Reference(Reference&& other) noexcept : object_(other.release()) {}
  Reference& operator=(Reference&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Reference() {
    if (object_) py.Py_DecRef(object_);
  }
  Object* get() const { return object_; }
  Object* release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_; }

 private:
  Object* object_;
};

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

// Where there is a global lock, references to ints are counted inline, as the limited API did until 3.11 and still allows. The small
// ints that Python shares are immortal in newer versions: their word must stay.
bool has_global_lock = false;
uint32_t first_counted_int = 0;

void look_at_python() {
  has_global_lock = counts_in_first_word(1'000'000);
  first_counted_int = counts_in_first_word(1) ? 0 : 257;
}

unsigned long kind_of(Object* object) { return py.PyType_GetFlags(Reference(py.PyObject_Type(object)).get()); }

// The int objects of tokens, each made on first use: making all of them at once would cost more than opening the encoding.
// An encoding has one such table in each interpreter.
class IntObjects {
 public:
  explicit IntObjects(size_t size) : size_(size), objects_(static_cast<Slot*>(std::calloc(size, sizeof(Slot)))) {
    if (!objects_) throw std::bad_alloc();
  }
  IntObjects(const IntObjects&) = delete;
  IntObjects& operator=(const IntObjects&) = delete;
  ~IntObjects() {
    for (size_t i = 0; i < size_; i++) {
      if (Object* object = objects_[i].load(std::memory_order_relaxed)) py.Py_DecRef(object);
    }
    std::free(objects_);
  }

  // A new reference, or NULL with an exception set.
  Object* get(uint32_t token) {
    if (token >= size_) return py.PyLong_FromUnsignedLong(token);
    Object* object = objects_[token].load(std::memory_order_acquire);
    if (!object) object = make(token);
    if (counts_inline_ && object) {
      // Half of the time that a call takes; without a branch, because small tokens come and go.
      *reinterpret_cast<Size*>(object) += token >= first_counted_int_;
    } else if (object) {
      py.Py_IncRef(object);
    }
    return object;
  }

 private:
  using Slot = std::atomic<Object*>;  // all zero bytes: NULL
  static_assert(sizeof(Slot) == sizeof(Object*));

  // Without a global lock two threads may come at once: the first to store wins.
  [[gnu::noinline]] Object* make(uint32_t token) {
    Reference made(py.PyLong_FromUnsignedLong(token));
    Object* stored = nullptr;
    if (!made || !objects_[token].compare_exchange_strong(stored, made.get(), std::memory_order_acq_rel)) return stored;
    return made.release();
  }

  const size_t size_;
  Slot* const objects_;
  const bool counts_inline_ = has_global_lock;
  const uint32_t first_counted_int_ = first_counted_int;
};

// What the built-ins of one encoding share, in the capsule. Tokens above max_kept_ints get a new int each time.
constexpr size_t max_kept_ints = size_t{1} << 21;
constexpr char capsule_name[] = "token_ranker";

struct Binding {
  explicit Binding(const token_ranker_t* handle)
      : handle(handle), ints(std::min<size_t>(size_t{handle->encoding.decoder().max_token()} + 1, max_kept_ints)) {
    handle->acquire();
  }
  ~Binding() { handle->release(); }

  const bpe::Encoding& encoding() const { return handle->encoding; }

  const token_ranker_t* const handle;
  IntObjects ints;
  std::atomic<bool> is_closed = false;
};

void destroy(Object* capsule) { delete static_cast<Binding*>(py.PyCapsule_GetPointer(capsule, capsule_name)); }

// The binding of a built-in's self; NULL if it is closed.
Binding* open_binding(Object* self) {
  auto* binding = static_cast<Binding*>(py.PyCapsule_GetPointer(py.PyTuple_GetItem(self, 0), capsule_name));
  return binding->is_closed.load(std::memory_order_relaxed) ? nullptr : binding;
}

// self.name(*args, **keywords) for the arguments of a built-in; NULL with an exception set.
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
  return py.PyObject_Call(method.get(), positional.get(), keywords.get());
}

// Work below these sizes takes less than some 20 microseconds: giving up the lock and waiting for it again may take longer.
constexpr size_t long_text = 16384;  // bytes
constexpr size_t many_tokens = 16384;

// Runs the part of a call that needs no Python, without its lock if that is long. False: it failed, or gave up.
template <class Body>
bool run(bool is_long, Body body) noexcept {
  ThreadState* state = is_long ? py.PyEval_SaveThread() : nullptr;
  bool is_done = false;
  try {
    is_done = body();
  } catch (...) {
  }
  if (state) py.PyEval_RestoreThread(state);
  return is_done;
}

// A text argument as bytes: a bytes object's own, or the UTF-8 of a str.
class TextArgument {
 public:
  explicit TextArgument(Object* argument) {
    const unsigned long kind = kind_of(argument);
    if (kind & is_bytes) {
      use_bytes(argument);
    } else if (kind & is_str) {
      // Python keeps the UTF-8 that it makes of a non-ASCII str as long as the str lives. A copy of its own is better for a larger one.
      if (py.PyUnicode_GetLength(argument) >= max_kept_characters && !is_ascii(argument)) {
        copy_ = Reference(py.PyUnicode_AsUTF8String(argument));
        if (copy_) use_bytes(copy_.get());
      } else {
        Size size = 0;
        data_ = py.PyUnicode_AsUTF8AndSize(argument, &size);
        size_ = size_t(size);
      }
    }
    if (!data_) py.PyErr_Clear();
  }

  // False: something else, or a str with lone surrogates.
  bool is_usual() const { return data_; }
  bpe::Text text() const { return {data_, size_}; }
  bool is_long() const { return size_ >= long_text; }

 private:
  static constexpr Size max_kept_characters = 2048;

  static bool is_ascii(Object* string) {
    const Reference answer(py.PyObject_CallMethod(string, "isascii", nullptr));
    if (!answer) py.PyErr_Clear();  // a subclass of str may have its own
    return answer && py.PyObject_IsTrue(answer.get()) > 0;
  }
  void use_bytes(Object* object) {
    char* data = nullptr;
    Size size = 0;
    if (py.PyBytes_AsStringAndSize(object, &data, &size) < 0) return;
    data_ = data;
    size_ = size_t(size);
  }

  Reference copy_;
  const char* data_ = nullptr;
  size_t size_ = 0;
};

constexpr bpe::SpecialSelection no_special = {};
constexpr bpe::SpecialSelection all_special = {nullptr, TOKEN_RANKER_ALL_SPECIAL};

// What the keywords of a call say.
struct Options {
  size_t limit = SIZE_MAX;
  bpe::SpecialSelection allowed = no_special;
  bpe::SpecialSelection refused = no_special;
  Reference selections;  // holds the indices of both, if they are not all or none
};

bool equals(Object* string, const char* ascii) { return py.PyUnicode_CompareWithASCIIString(string, ascii) == 0; }

bool is_all(Object* value) { return kind_of(value) & is_str && equals(value, "all"); }

// Reads the keywords `names` with their values. False: one of them, or its value, is none of the usual.
bool read_keywords(Options& options, Object* const* values, Object* names, bool takes_limit) {
  bool refuses_all = options.refused.is_all();
  const Size names_size = py.PyTuple_Size(names);
  for (Size i = 0; i < names_size; i++) {
    Object* const name = py.PyTuple_GetItem(names, i);
    if (equals(name, "allowed_special")) {
      if (!is_all(values[i])) return false;
      options.allowed = all_special;
    } else if (equals(name, "disallowed_special")) {
      refuses_all = is_all(values[i]);
      if (!refuses_all && !(kind_of(values[i]) & is_tuple && py.PyTuple_Size(values[i]) == 0)) return false;
    } else if (takes_limit && equals(name, "limit")) {
      options.limit = py.PyLong_AsSize_t(values[i]);
      if (options.limit != SIZE_MAX) continue;
      py.PyErr_Clear();
      return false;
    } else {
      return false;
    }
  }
  // What is allowed is not refused.
  options.refused = refuses_all && !options.allowed.is_all() ? all_special : no_special;
  return true;
}

bool read_selection(bpe::SpecialSelection& selection, Object* value) {
  char* data = nullptr;
  Size size = 0;
  if (!(kind_of(value) & is_bytes) || py.PyBytes_AsStringAndSize(value, &data, &size) < 0) return false;
  selection = {reinterpret_cast<const uint32_t*>(data), size_t(size) / sizeof(uint32_t)};
  return true;
}

// Asks self, which knows the special tokens by name: it returns two selections as indices, bytes of uint32. False: it does not.
bool ask_for_selections(Options& options, Object* self, Object* const* values, Object* names) {
  options.selections = Reference(call_method(self, "select_special", values, 0, names));
  if (options.selections && read_selection(options.allowed, py.PyTuple_GetItem(options.selections.get(), 0)) &&
      read_selection(options.refused, py.PyTuple_GetItem(options.selections.get(), 1)))
    return true;
  py.PyErr_Clear();
  return false;
}

bool is_refused(const bpe::Encoding& encoding, bpe::Text text, bpe::SpecialSelection refused) {
  return !refused.is_empty() && bpe::SpecialTokens::Finder(encoding.special_tokens(), refused).find(text, 0).is_found();
}

Object* make_list(Binding& binding, const uint32_t* tokens, size_t size) {
  Reference list(py.PyList_New(Size(size)));
  if (!list) return nullptr;
  const auto set_item = py.PyList_SetItem;
  for (size_t i = 0; i < size; i++) {
    Object* number = binding.ints.get(tokens[i]);
    if (!number || set_item(list.get(), Size(i), number) < 0) return nullptr;
  }
  return list.release();
}

// What a built-in returns: its result, the exception that is set, or what the method of Python makes of the call.
Object* result_or_method(Object* result, const char* name, Object* self, Object* const* args, Size args_size, Object* names) {
  if (result || py.PyErr_Occurred()) return result;
  return call_method(self, name, args, args_size, names);
}

// The functions below that make a result return NULL with an exception set, or without one if the call is to be left to Python.

Object* encode_text(Binding& binding, Object* argument, const Options& options) {
  const TextArgument argument_text(argument);
  if (!argument_text.is_usual()) return nullptr;
  const bpe::Text text = argument_text.text();
  constexpr size_t few = 256;
  uint32_t few_tokens[few];
  bpe::TokenArray short_sink(few_tokens, few);  // a token covers at least one byte
  bpe::TokenBuffer long_sink;
  const bool is_short = text.size <= few;
  const bool is_done = run(argument_text.is_long(), [&] {
    if (is_refused(binding.encoding(), text, options.refused)) return false;
    bpe::encode(binding.encoding(), text, options.allowed, is_short ? static_cast<bpe::TokenSink&>(short_sink) : long_sink);
    return true;
  });
  if (!is_done) return nullptr;
  return is_short ? make_list(binding, few_tokens, short_sink.size()) : make_list(binding, long_sink.data(), long_sink.size());
}

Object* encode_ordinary(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  Binding* binding = open_binding(self);
  Object* list = binding && args_size == 1 && !names ? encode_text(*binding, args[0], Options()) : nullptr;
  return result_or_method(list, "encode_ordinary", self, args, args_size, names);
}

Object* encode(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  Binding* binding = open_binding(self);
  Object* list = nullptr;
  if (binding && args_size == 1) {
    Options options;
    options.refused = all_special;
    if (!names || read_keywords(options, args + 1, names, false) || ask_for_selections(options, self, args + 1, names))
      list = encode_text(*binding, args[0], options);
  }
  return result_or_method(list, "encode", self, args, args_size, names);
}

Object* count_text(Binding& binding, Object* argument, const Options& options) {
  const TextArgument argument_text(argument);
  if (!argument_text.is_usual()) return nullptr;
  size_t count = 0;
  const bool is_done = run(argument_text.is_long(), [&] {
    if (is_refused(binding.encoding(), argument_text.text(), options.refused)) return false;
    count = bpe::count(binding.encoding(), argument_text.text(), options.allowed, options.limit);
    return true;
  });
  return is_done ? py.PyLong_FromSize_t(count) : nullptr;
}

Object* count(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  Binding* binding = open_binding(self);
  Object* number = nullptr;
  if (binding && args_size == 1) {
    Options options;
    if (!names || read_keywords(options, args + 1, names, true)) number = count_text(*binding, args[0], options);
  }
  return result_or_method(number, "count", self, args, args_size, names);
}

// The numbers of a list or tuple of ints.
class TokensArgument {
 public:
  explicit TokensArgument(Object* argument) {
    const unsigned long kind = kind_of(argument);
    if (kind & is_tuple) {
      read(argument, py.PyTuple_Size, py.PyTuple_GetItem);
    } else if (kind & is_list && has_global_lock) {
      read(argument, py.PyList_Size, py.PyList_GetItem);
    } else if (kind & is_list) {
      // Another thread may change the list meanwhile.
      if (const Reference copy(py.PyList_AsTuple(argument)); copy) read(copy.get(), py.PyTuple_Size, py.PyTuple_GetItem);
    }
    if (!is_usual_) py.PyErr_Clear();
  }

  // False: something else, or an element that is no uint32.
  bool is_usual() const { return is_usual_; }
  const uint32_t* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  void read(Object* sequence, Size (*size_of)(Object*), Object* (*item_of)(Object*, Size)) {
    size_ = size_t(size_of(sequence));
    if (size_ > few) {
      many_.reset(new (std::nothrow) uint32_t[size_]);
      if (!many_) return;
      data_ = many_.get();
    }
    for (size_t i = 0; i < size_; i++) {
      const unsigned long number = py.PyLong_AsUnsignedLong(item_of(sequence, Size(i)));
      if (number >= UINT32_MAX) return;  // too large, or -1 for what is no number
      data_[i] = uint32_t(number);
    }
    is_usual_ = true;
  }

  static constexpr size_t few = 256;
  uint32_t few_[few];
  std::unique_ptr<uint32_t[]> many_;
  uint32_t* data_ = few_;
  size_t size_ = 0;
  bool is_usual_ = false;
};

Object* decode_to_bytes(Binding& binding, Object* argument) {
  const TokensArgument tokens(argument);
  if (!tokens.is_usual()) return nullptr;
  const bpe::Decoder& decoder = binding.encoding().decoder();
  size_t size = 0;
  const bool is_known = run(tokens.size() >= many_tokens, [&] {
    size = decoder.decoded_size(tokens.data(), tokens.size());
    return true;
  });
  if (!is_known) return nullptr;
  Reference bytes(py.PyBytes_FromStringAndSize(nullptr, Size(size)));
  Size unused = 0;
  char* data = nullptr;
  if (!bytes || py.PyBytes_AsStringAndSize(bytes.get(), &data, &unused) < 0) return nullptr;
  run(tokens.size() >= many_tokens, [&] {
    decoder.decode(tokens.data(), tokens.size(), reinterpret_cast<uint8_t*>(data), size);
    return true;
  });
  return bytes.release();
}

Object* decode_bytes(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  Binding* binding = open_binding(self);
  Object* bytes = binding && args_size == 1 && !names ? decode_to_bytes(*binding, args[0]) : nullptr;
  return result_or_method(bytes, "decode_bytes", self, args, args_size, names);
}

Object* decode_to_str(Binding& binding, Object* argument, const char* errors) {
  const Reference bytes(decode_to_bytes(binding, argument));
  char* data = nullptr;
  Size size = 0;
  if (!bytes || py.PyBytes_AsStringAndSize(bytes.get(), &data, &size) < 0) return nullptr;
  return py.PyUnicode_DecodeUTF8(data, size, errors);
}

Object* decode(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  Binding* binding = open_binding(self);
  const char* errors = nullptr;
  if (args_size == 1 && !names) {
    errors = "replace";
  } else if (names ? args_size == 1 && py.PyTuple_Size(names) == 1 && equals(py.PyTuple_GetItem(names, 0), "errors") : args_size == 2) {
    Size size = 0;
    if (kind_of(args[1]) & is_str) errors = py.PyUnicode_AsUTF8AndSize(args[1], &size);
    if (!errors) py.PyErr_Clear();
  }
  Object* string = binding && errors ? decode_to_str(*binding, args[0], errors) : nullptr;
  return result_or_method(string, "decode", self, args, args_size, names);
}

const Method methods[] = {
    {"encode_ordinary", encode_ordinary, fastcall_with_keywords, "encode_ordinary($self, text)\n--\n\nSee Encoding.encode_ordinary."},
    {"encode", encode, fastcall_with_keywords, "encode(text, *, allowed_special=set(), disallowed_special='all'): see Encoding.encode."},
    {"count", count, fastcall_with_keywords,
     "count(text, *, limit=None, allowed_special=set(), disallowed_special=()): see Encoding.count."},
    {"decode", decode, fastcall_with_keywords, "decode($self, tokens, errors='replace')\n--\n\nSee Encoding.decode."},
    {"decode_bytes", decode_bytes, fastcall_with_keywords, "decode_bytes($self, tokens)\n--\n\nSee Encoding.decode_bytes."},
};

}  // namespace

extern "C" {

const char* const* token_ranker_python_symbols(void) { return function_names; }

int32_t token_ranker_python_attach(const void* const* functions) {
  static std::mutex mutex;
  static bool is_attached = false;
  const std::lock_guard lock(mutex);
  if (is_attached) return std::memcmp(&py, functions, sizeof py) == 0;
  std::memcpy(&py, functions, sizeof py);
  look_at_python();
  is_attached = true;
  return 1;
}

void* token_ranker_python_capsule(const token_ranker_t* ranker) {
  try {
    auto binding = std::make_unique<Binding>(ranker);
    Object* capsule = py.PyCapsule_New(binding.get(), capsule_name, destroy);
    if (capsule) binding.release();
    return capsule;
  } catch (...) {
    return py.PyErr_NoMemory();
  }
}

void* token_ranker_python_functions(void* core) {
  Reference functions(py.PyDict_New());
  if (!functions) return nullptr;
  for (const Method& method : methods) {
    const Reference function(py.PyCFunction_NewEx(&method, static_cast<Object*>(core), nullptr));
    if (!function || py.PyDict_SetItemString(functions.get(), method.name, function.get()) < 0) return nullptr;
  }
  return functions.release();
}

void token_ranker_python_close(void* capsule) {
  static_cast<Binding*>(py.PyCapsule_GetPointer(static_cast<Object*>(capsule), capsule_name))->is_closed = true;
}

}  // extern "C"
