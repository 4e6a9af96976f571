// Built-in functions for CPython, made of its stable ABI: no Python.h, no link to Python, one library for every version.
//
// py/token_ranker.py looks up the functions of PYTHON_FUNCTIONS in the running Python and hands their addresses over once. With them
// the library makes functions that Python calls like its own. A built-in does the usual case of its method. Anything else (arguments
// of another kind, a refused special token, an encoding that is closed, a failure) it leaves to the method of the same name of its
// `self`, which is written in Python, repeats the call through ctypes, and knows every error.
//
//     built-in -> self: a _Core, which is a tuple whose item 0 is -> the capsule -> Binding -> token_ranker_t
//
// A running call holds its built-in, and so all of these.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "batch.hpp"
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
  X(Object*, PyObject_GetIter, (Object*))                                  \
  X(Object*, PyIter_Next, (Object*))                                       \
  X(Object*, PySequence_Tuple, (Object*))                                  \
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
  X(Object*, PyByteArray_FromStringAndSize, (const char*, Size))           \
  X(char*, PyByteArray_AsString, (Object*))                                \
  X(int, PyByteArray_Resize, (Object*, Size))                              \
  X(Object*, PyMemoryView_FromObject, (Object*))                           \
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
  X(Object*, PySet_New, (Object*))                                         \
  X(Object*, PyFrozenSet_New, (Object*))                                   \
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

// Calls a function of Python that may wait for its lock: those that run code in Python, too. At the end of the program Python lets a
// daemon thread that waits call pthread_exit, which unwinds the stack as an exception does. What is on it must not be touched any more,
// so the thread sleeps until the process is gone, as newer Pythons have it.
template <class Result, class... Parameters, class... Arguments>
Result call(Result function(Parameters...), Arguments... arguments) {
  try {
    return function(arguments...);
  } catch (...) {
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
  }
}

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

// Where there is a global lock, references to ints are counted inline, as the limited API did until 3.11 and still allows. The small
// ints that Python shares are immortal in newer versions: their word must stay.
bool has_global_lock = false;
uint32_t first_counted_int = 0;

// Objects that all interpreters share and that never go.
Object* none = nullptr;
Object* set_type = nullptr;
Object* frozenset_type = nullptr;

Object* type_of(Object* object) { return Reference(py.PyObject_Type(object)).get(); }  // lives as long as the object

unsigned long kind_of(Object* object) { return py.PyType_GetFlags(type_of(object)); }

bool look_at_python() {
  has_global_lock = counts_in_first_word(1'000'000);
  first_counted_int = counts_in_first_word(1) ? 0 : 257;
  const Reference set(py.PySet_New(nullptr)), frozenset(py.PyFrozenSet_New(nullptr));
  const Reference nothing(set ? py.PyObject_CallMethod(set.get(), "clear", nullptr) : nullptr);
  if (!nothing || !frozenset) return false;
  none = nothing.get();
  set_type = type_of(set.get());
  frozenset_type = type_of(frozenset.get());
  return true;
}

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
    const bpe::SpecialTokens& special = encoding().special_tokens();
    for (size_t i = 0; i < special.size(); i++) special_indices[{special[i].text, special[i].text_size}] = uint32_t(i);
    handle->acquire();
  }
  ~Binding() {
    delete idle_tokens.load();
    handle->release();
  }

  const bpe::Encoding& encoding() const { return handle->encoding; }

  const token_ranker_t* const handle;
  IntObjects ints;
  std::unordered_map<std::string_view, uint32_t> special_indices;
  std::atomic<bool> is_closed = false;
  std::atomic<bpe::TokenBuffer*> idle_tokens = nullptr;  // see BufferLoan
};

// Memory for the tokens of one text. That of texts up to max_text is kept for the next call, at most 1 MiB for each binding: a call
// takes it out of its place, and puts it back if the place is still empty.
class BufferLoan {
 public:
  BufferLoan(Binding& binding, size_t text_size) : place_(text_size <= max_text ? &binding.idle_tokens : nullptr) {
    if (place_) buffer_.reset(place_->exchange(nullptr, std::memory_order_acquire));
    if (!buffer_) buffer_.reset(new (std::nothrow) bpe::TokenBuffer);
  }
  ~BufferLoan() {
    if (!buffer_ || !place_) return;
    buffer_->clear();
    bpe::TokenBuffer* empty = nullptr;
    if (place_->compare_exchange_strong(empty, buffer_.get(), std::memory_order_release, std::memory_order_relaxed)) buffer_.release();
  }
  explicit operator bool() const { return bool(buffer_); }
  bpe::TokenBuffer& operator*() const { return *buffer_; }

 private:
  static constexpr size_t max_text = 160 << 10;  // bytes and tokens at most; the buffer grows by halves
  std::atomic<bpe::TokenBuffer*>* const place_;
  std::unique_ptr<bpe::TokenBuffer> buffer_;
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
  return call(py.PyObject_Call, method.get(), positional.get(), keywords.get());
}

// Work below these sizes takes less than some 20 microseconds: giving up the lock and waiting for it again may take longer.
constexpr size_t long_text = 16384;  // bytes
constexpr size_t many_tokens = 16384;

// The part of a call that needs no Python, without its lock if that is long.
class Unlocked {
 public:
  explicit Unlocked(bool is_long) : state_(is_long ? py.PyEval_SaveThread() : nullptr) {}
  ~Unlocked() {
    if (state_) call(py.PyEval_RestoreThread, state_);
  }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

  // Holds the lock in between.
  class Break {
   public:
    explicit Break(Unlocked& part) : part_(part) {
      if (part_.state_) call(py.PyEval_RestoreThread, part_.state_);
    }
    ~Break() {
      if (part_.state_) part_.state_ = py.PyEval_SaveThread();
    }

   private:
    Unlocked& part_;
  };

 private:
  ThreadState* state_;
};

// False: it failed, or gave up.
template <class Body>
bool run(bool is_long, Body body) noexcept {
  Unlocked part(is_long);
  try {
    return body(part);
  } catch (...) {
    return false;
  }
}

// A text argument as bytes: a bytes object's own, or the UTF-8 of a str. Other texts, and a str with lone surrogates, become bytes by
// the method utf8 of self.
class TextArgument {
 public:
  TextArgument(Object* self, Object* argument, bool is_one_of_many = false) {
    const unsigned long kind = kind_of(argument);
    if (kind & is_bytes) {
      use_bytes(argument);
    } else if (kind & is_str) {
      // Python keeps the UTF-8 that it makes of a non-ASCII str as long as the str lives. A copy of its own is better for a larger one,
      // and for each of many; for a short one it costs less than to ask.
      if (py.PyUnicode_GetLength(argument) < many_characters ? is_one_of_many : !is_ascii(argument)) {
        copy_ = Reference(py.PyUnicode_AsUTF8String(argument));
        if (copy_) use_bytes(copy_.get());
      } else {
        Size size = 0;
        data_ = py.PyUnicode_AsUTF8AndSize(argument, &size);
        size_ = size_t(size);
      }
    }
    if (data_) return;
    py.PyErr_Clear();
    copy_ = Reference(call_method(self, "utf8", &argument, 1, nullptr));
    if (copy_) use_bytes(copy_.get());
    if (!data_) py.PyErr_Clear();
  }

  // False: something else.
  bool is_usual() const { return data_; }
  bpe::Text text() const { return {data_, size_}; }
  bool is_long() const { return size_ >= long_text; }

 private:
  static constexpr Size many_characters = 2048;

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

constexpr bpe::SpecialSelection all_special = {nullptr, TOKEN_RANKER_ALL_SPECIAL};

// Special tokens that an argument means.
struct Specials {
  bool is_all = false;
  std::vector<uint32_t> indices;  // else; ascending

  bpe::SpecialSelection selection() const { return is_all ? all_special : bpe::SpecialSelection{indices.data(), indices.size()}; }
  bool contains(uint32_t index) const { return is_all || std::binary_search(indices.begin(), indices.end(), index); }
};

// What the keywords of a call say.
struct Options {
  explicit Options(bool refuses_all = false) : refuses_all(refuses_all) {}

  size_t limit = SIZE_MAX;
  unsigned threads = 8;
  Specials allowed;
  bool refuses_all;  // that are not allowed
  Specials refused;  // else

  bool refuses() const { return refuses_all ? !allowed.is_all : !refused.selection().is_empty(); }
};

bool equals(Object* string, const char* ascii) { return py.PyUnicode_CompareWithASCIIString(string, ascii) == 0; }

bool is_all(Object* value) { return kind_of(value) & is_str && equals(value, "all"); }

bool is_set(Object* value) { return type_of(value) == set_type || type_of(value) == frozenset_type; }

// Reads names of special tokens. False: one is no str, or no special token unless ignores_unknown.
bool read_names(std::vector<uint32_t>& indices, Object* names, const Binding& binding, bool ignores_unknown) try {
  const Reference iterator(py.PyObject_GetIter(names));
  if (!iterator) return false;
  while (const Reference name{call(py.PyIter_Next, iterator.get())}) {
    Size size = 0;
    const char* data = kind_of(name.get()) & is_str ? py.PyUnicode_AsUTF8AndSize(name.get(), &size) : nullptr;
    if (!data) return false;
    const auto found = binding.special_indices.find({data, size_t(size)});
    if (found != binding.special_indices.end()) {
      indices.push_back(found->second);
    } else if (!ignores_unknown) {
      return false;
    }
  }
  std::sort(indices.begin(), indices.end());
  return !py.PyErr_Occurred();
} catch (...) {
  return false;
}

// Reads a number; None is no_number. False: something else.
bool read_number(size_t& number, Object* value, size_t no_number) {
  number = value == none ? no_number : py.PyLong_AsSize_t(value);
  return value == none || number != SIZE_MAX;
}

bool read_threads(unsigned& threads, Object* value) {
  size_t number = 0;
  if (!read_number(number, value, 0) || (number == 0 && value != none)) return false;
  threads = unsigned(std::min<size_t>(number, UINT32_MAX));
  return true;
}

enum Keywords : unsigned { special_keywords = 1, limit_keyword = 2, threads_keyword = 4 };

bool read_keyword(Options& options, Object* name, Object* value, const Binding& binding, unsigned taken) {
  if (taken & special_keywords && equals(name, "allowed_special")) {
    options.allowed.is_all = is_all(value);
    return options.allowed.is_all || (is_set(value) && read_names(options.allowed.indices, value, binding, true));
  }
  if (taken & special_keywords && equals(name, "disallowed_special")) {
    options.refuses_all = is_all(value);
    const bool is_collection = kind_of(value) & (is_tuple | is_list) || is_set(value);
    return options.refuses_all || (is_collection && read_names(options.refused.indices, value, binding, false));
  }
  if (taken & limit_keyword && equals(name, "limit")) return read_number(options.limit, value, SIZE_MAX);
  return taken & threads_keyword && equals(name, "num_threads") && read_threads(options.threads, value);
}

// Reads the keywords `names`, which may be NULL, with their values. False: one of them, or its value, is none of the usual.
bool read_keywords(Options& options, Object* const* values, Object* names, const Binding& binding, unsigned taken) {
  const Size names_size = names ? py.PyTuple_Size(names) : 0;
  for (Size i = 0; i < names_size; i++) {
    if (read_keyword(options, py.PyTuple_GetItem(names, i), values[i], binding, taken)) continue;
    py.PyErr_Clear();
    return false;
  }
  return true;
}

// Whether a special token that the call refuses stands anywhere in the text.
bool is_refused(const bpe::Encoding& encoding, bpe::Text text, const Options& options) {
  if (!options.refuses()) return false;
  if (!options.refuses_all)
    return bpe::SpecialTokens::Finder(encoding.special_tokens(), options.refused.selection()).find(text, 0).is_found();
  const bpe::SpecialTokens::Finder finder(encoding.special_tokens(), all_special);
  for (bpe::SpecialMatch match = finder.find(text, 0); match.is_found(); match = finder.find(text, match.begin + 1)) {
    // The longest one that begins here is found first; an allowed one may hide a shorter one.
    for (bpe::SpecialMatch here = match; here.is_found() && here.begin == match.begin;
         here = finder.find(text.part(0, here.end - 1), here.begin)) {
      if (!options.allowed.contains(here.index)) return true;
    }
  }
  return false;
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

// A read-only memoryview of uint32 over a bytearray, which lives as long as a view of it.
Object* make_view(Object* bytes) {
  const Reference view(py.PyMemoryView_FromObject(bytes));
  const Reference read_only(view ? py.PyObject_CallMethod(view.get(), "toreadonly", nullptr) : nullptr);
  return read_only ? py.PyObject_CallMethod(read_only.get(), "cast", "s", "I") : nullptr;
}

Object* make_array(Binding&, const uint32_t* tokens, size_t size) {
  const Reference bytes(py.PyByteArray_FromStringAndSize(reinterpret_cast<const char*>(tokens), Size(size * sizeof(uint32_t))));
  return bytes ? make_view(bytes.get()) : nullptr;
}

// What a built-in returns: its result, the exception that is set, or what the method of Python makes of the call.
Object* result_or_method(Object* result, const char* name, Object* self, Object* const* args, Size args_size, Object* names) {
  if (result || py.PyErr_Occurred()) return result;
  return call_method(self, name, args, args_size, names);
}

// The functions below that make a result return NULL with an exception set, or without one if the call is to be left to Python.

constexpr size_t bytes_per_token = 3;  // fewer than most texts have: memory of this size seldom grows

bool encode_into(bpe::TokenSink& sink, const Binding& binding, bpe::Text text, const Options& options) {
  if (is_refused(binding.encoding(), text, options)) return false;
  sink.room(text.size / bytes_per_token);
  bpe::encode(binding.encoding(), text, options.allowed.selection(), sink);
  return true;
}

Object* encode_text(Binding& binding, const TextArgument& argument, const Options& options,
                    Object* make(Binding& binding, const uint32_t* tokens, size_t size)) {
  const bpe::Text text = argument.text();
  constexpr size_t few = 256;
  if (text.size <= few) {
    uint32_t tokens[few];
    bpe::TokenArray sink(tokens, few);  // a token covers at least one byte
    const bool is_done = run(false, [&](Unlocked&) { return encode_into(sink, binding, text, options); });
    return is_done ? make(binding, tokens, sink.size()) : nullptr;
  }
  const BufferLoan buffer(binding, text.size);
  const bool is_done = buffer && run(argument.is_long(), [&](Unlocked&) { return encode_into(*buffer, binding, text, options); });
  return is_done ? make(binding, (*buffer).data(), (*buffer).size()) : nullptr;
}

Object* encode_ordinary(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  Binding* binding = open_binding(self);
  Object* list = nullptr;
  if (binding && args_size == 1 && !names) {
    const TextArgument text(self, args[0]);
    if (text.is_usual()) list = encode_text(*binding, text, Options(), make_list);
  }
  return result_or_method(list, "encode_ordinary", self, args, args_size, names);
}

Object* encode(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  Binding* binding = open_binding(self);
  Object* list = nullptr;
  Options options(true);
  if (binding && args_size == 1 && read_keywords(options, args + 1, names, *binding, special_keywords)) {
    const TextArgument text(self, args[0]);
    if (text.is_usual()) list = encode_text(*binding, text, options, make_list);
  }
  return result_or_method(list, "encode", self, args, args_size, names);
}

// Tokens that are written where they stay: in a bytearray, which only this call knows yet.
class ArraySink final : public bpe::TokenSink {
 public:
  explicit ArraySink(size_t capacity) : bytes_(py.PyByteArray_FromStringAndSize(nullptr, Size(capacity * sizeof(uint32_t)))) {
    if (bytes_) use(capacity);
  }
  explicit operator bool() const { return bool(bytes_); }
  void begin(Unlocked& part) { part_ = &part; }

  uint32_t* room(size_t count) override {
    if (capacity_ - size_ < count) {
      const Unlocked::Break locked(*part_);
      if (!resize(std::max(size_ + count, capacity_ + capacity_ / 2))) throw std::bad_alloc();
    }
    return tokens_ + size_;
  }
  bool add(size_t count) override {
    size_ += count;
    return true;
  }

  // NULL with an exception set.
  Object* view() { return resize(size_) ? make_view(bytes_.get()) : nullptr; }

 private:
  void use(size_t capacity) {
    capacity_ = capacity;
    tokens_ = reinterpret_cast<uint32_t*>(py.PyByteArray_AsString(bytes_.get()));
  }
  bool resize(size_t capacity) {
    if (py.PyByteArray_Resize(bytes_.get(), Size(capacity * sizeof(uint32_t))) < 0) return false;
    use(capacity);
    return true;
  }

  const Reference bytes_;
  Unlocked* part_ = nullptr;
  uint32_t* tokens_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

Object* encode_long_to_array(Binding& binding, const TextArgument& argument, const Options& options) {
  ArraySink sink(argument.text().size / bytes_per_token);
  const bool is_done = sink && run(true, [&](Unlocked& part) {
    sink.begin(part);
    return encode_into(sink, binding, argument.text(), options);
  });
  return is_done ? sink.view() : nullptr;
}

Object* encode_to_array(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  Binding* binding = open_binding(self);
  Object* array = nullptr;
  Options options;
  if (binding && args_size == 1 && read_keywords(options, args + 1, names, *binding, special_keywords)) {
    const TextArgument text(self, args[0]);
    if (text.is_usual())
      array = text.is_long() ? encode_long_to_array(*binding, text, options) : encode_text(*binding, text, options, make_array);
  }
  return result_or_method(array, "encode_to_array", self, args, args_size, names);
}

Object* count_text(Binding& binding, const TextArgument& argument, const Options& options) {
  size_t count = 0;
  const bool is_done = run(argument.is_long(), [&](Unlocked&) {
    if (is_refused(binding.encoding(), argument.text(), options)) return false;
    count = bpe::count(binding.encoding(), argument.text(), options.allowed.selection(), options.limit);
    return true;
  });
  return is_done ? py.PyLong_FromSize_t(count) : nullptr;
}

Object* count(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  Binding* binding = open_binding(self);
  Object* number = nullptr;
  Options options;
  if (binding && args_size == 1 && read_keywords(options, args + 1, names, *binding, special_keywords | limit_keyword)) {
    const TextArgument text(self, args[0]);
    if (text.is_usual()) number = count_text(*binding, text, options);
  }
  return result_or_method(number, "count", self, args, args_size, names);
}

// The bytes of many texts, one after another.
class GatheredTexts {
 public:
  GatheredTexts() { offsets_.push_back(0); }
  GatheredTexts(const GatheredTexts&) = delete;
  GatheredTexts& operator=(const GatheredTexts&) = delete;
  ~GatheredTexts() { std::free(bytes_); }

  void add(bpe::Text text) {
    const size_t used = bytes_size();
    if (capacity_ - used < text.size) {
      const size_t capacity = std::max(used + text.size, capacity_ + capacity_ / 2);
      auto* bytes = static_cast<uint8_t*>(std::realloc(bytes_, capacity));
      if (!bytes) throw std::bad_alloc();
      bytes_ = bytes;
      capacity_ = capacity;
    }
    if (text.size) std::memcpy(bytes_ + used, text.data, text.size);
    offsets_.push_back(int64_t(used + text.size));
  }

  size_t bytes_size() const { return size_t(offsets_.back()); }
  size_t size() const { return offsets_.size() - 1; }
  bpe::Text operator[](size_t i) const { return {bytes_ + offsets_[i], size_t(offsets_[i + 1] - offsets_[i])}; }
  const uint8_t* bytes() const { return bytes_; }
  const int64_t* offsets() const { return offsets_.data(); }

 private:
  uint8_t* bytes_ = nullptr;
  size_t capacity_ = 0;
  std::vector<int64_t> offsets_;
};

// False with or without an exception set.
bool encode_tuple(bpe::BatchTokens& result, const Binding& binding, Object* self, Object* texts, const Options& options) {
  std::unique_ptr<GatheredTexts> gathered;
  const bool is_gathered = run(false, [&](Unlocked&) {
    gathered = std::make_unique<GatheredTexts>();
    for (Size i = 0; i < py.PyTuple_Size(texts); i++) {
      const TextArgument text(self, py.PyTuple_GetItem(texts, i), true);
      if (!text.is_usual()) return false;
      gathered->add(text.text());
    }
    return true;
  });
  return is_gathered && run(gathered->bytes_size() >= long_text, [&](Unlocked&) {
    for (size_t i = 0; options.refuses() && i < gathered->size(); i++) {
      if (is_refused(binding.encoding(), (*gathered)[i], options)) return false;
    }
    bpe::encode_batch(binding.encoding(), gathered->bytes(), gathered->offsets(), gathered->size(), options.allowed.selection(),
                      options.threads, result);
    return true;
  });
}

Object* make_lists(Binding& binding, const bpe::BatchTokens& result) {
  const size_t size = result.offsets.size() - 1;
  Reference lists(py.PyList_New(Size(size)));
  if (!lists) return nullptr;
  for (size_t i = 0; i < size; i++) {
    Object* list = make_list(binding, result.tokens + result.offsets[i], size_t(result.offsets[i + 1] - result.offsets[i]));
    if (!list || py.PyList_SetItem(lists.get(), Size(i), list) < 0) return nullptr;
  }
  return lists.release();
}

// An iterator gives its texts once: what is left to the method gets them as a tuple.
Object* encode_batch_as(const char* name, Options&& options, unsigned taken, Object* self, Object* const* args, Size args_size,
                        Object* names) {
  Binding* binding = open_binding(self);
  if (!binding || args_size != 1 || !read_keywords(options, args + 1, names, *binding, taken))
    return call_method(self, name, args, args_size, names);
  const Reference texts(call(py.PySequence_Tuple, args[0]));
  if (!texts) return nullptr;
  bpe::BatchTokens result;
  Object* lists = encode_tuple(result, *binding, self, texts.get(), options) ? make_lists(*binding, result) : nullptr;
  Object* texts_and_keywords[4] = {texts.get()};
  for (Size i = 0; names && i < py.PyTuple_Size(names); i++) texts_and_keywords[1 + i] = args[1 + i];
  return result_or_method(lists, name, self, texts_and_keywords, 1, names);
}

Object* encode_batch(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  return encode_batch_as("encode_batch", Options(true), special_keywords | threads_keyword, self, args, args_size, names);
}

Object* encode_ordinary_batch(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  return encode_batch_as("encode_ordinary_batch", Options(), threads_keyword, self, args, args_size, names);
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
  const bool is_known = run(tokens.size() >= many_tokens, [&](Unlocked&) {
    size = decoder.decoded_size(tokens.data(), tokens.size());
    return true;
  });
  if (!is_known) return nullptr;
  Reference bytes(py.PyBytes_FromStringAndSize(nullptr, Size(size)));
  Size unused = 0;
  char* data = nullptr;
  if (!bytes || py.PyBytes_AsStringAndSize(bytes.get(), &data, &unused) < 0) return nullptr;
  run(tokens.size() >= many_tokens, [&](Unlocked&) {
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

// NULL if it is no str.
const char* read_errors(Object* value) {
  Size size = 0;
  const char* errors = kind_of(value) & is_str ? py.PyUnicode_AsUTF8AndSize(value, &size) : nullptr;
  if (!errors) py.PyErr_Clear();
  return errors;
}

Object* decode(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  Binding* binding = open_binding(self);
  const char* errors = nullptr;
  if (args_size == 1 && !names) {
    errors = "replace";
  } else if (names ? args_size == 1 && py.PyTuple_Size(names) == 1 && equals(py.PyTuple_GetItem(names, 0), "errors") : args_size == 2) {
    errors = read_errors(args[1]);
  }
  Object* string = binding && errors ? decode_to_str(*binding, args[0], errors) : nullptr;
  return result_or_method(string, "decode", self, args, args_size, names);
}

// What is no usual sequence of tokens is left to the method for one.
Object* decode_batch_as(const char* name, const char* name_for_one, Object* self, Object* const* args, Size args_size, Object* names) {
  Binding* binding = open_binding(self);
  const bool makes_str = std::strcmp(name_for_one, "decode") == 0;
  Object* errors_value = nullptr;
  const char* errors = "replace";
  bool is_usual = binding && args_size == 1;
  for (Size i = 0; is_usual && names && i < py.PyTuple_Size(names); i++) {
    Object* const value = args[1 + i];
    unsigned threads;  // dividing the work does not pay
    if (makes_str && equals(py.PyTuple_GetItem(names, i), "errors")) {
      errors_value = value;
      errors = read_errors(value);
      is_usual = errors;
    } else {
      is_usual = equals(py.PyTuple_GetItem(names, i), "num_threads") && read_threads(threads, value);
    }
  }
  if (!is_usual) {
    py.PyErr_Clear();
    return call_method(self, name, args, args_size, names);
  }
  const Reference batch(call(py.PySequence_Tuple, args[0]));
  Reference results(batch ? py.PyList_New(py.PyTuple_Size(batch.get())) : nullptr);
  for (Size i = 0; results && i < py.PyTuple_Size(batch.get()); i++) {
    Object* const one[] = {py.PyTuple_GetItem(batch.get(), i), errors_value};
    Object* result = makes_str ? decode_to_str(*binding, one[0], errors) : decode_to_bytes(*binding, one[0]);
    result = result_or_method(result, name_for_one, self, one, errors_value ? 2 : 1, nullptr);
    if (!result || py.PyList_SetItem(results.get(), i, result) < 0) return nullptr;
  }
  return results.release();
}

Object* decode_batch(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  return decode_batch_as("decode_batch", "decode", self, args, args_size, names);
}

Object* decode_bytes_batch(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  return decode_batch_as("decode_bytes_batch", "decode_bytes", self, args, args_size, names);
}

const Method methods[] = {
    {"encode_ordinary", encode_ordinary, fastcall_with_keywords, "encode_ordinary($self, text)\n--\n\nSee Encoding.encode_ordinary."},
    {"encode", encode, fastcall_with_keywords, "encode(text, *, allowed_special=set(), disallowed_special='all'): see Encoding.encode."},
    {"encode_to_array", encode_to_array, fastcall_with_keywords,
     "encode_to_array(text, *, allowed_special=set(), disallowed_special=()): see Encoding.encode_to_array."},
    {"encode_ordinary_batch", encode_ordinary_batch, fastcall_with_keywords,
     "encode_ordinary_batch($self, text, *, num_threads=8)\n--\n\nSee Encoding.encode_ordinary_batch."},
    {"encode_batch", encode_batch, fastcall_with_keywords,
     "encode_batch(text, *, num_threads=8, allowed_special=set(), disallowed_special='all'): see Encoding.encode_batch."},
    {"count", count, fastcall_with_keywords,
     "count(text, *, limit=None, allowed_special=set(), disallowed_special=()): see Encoding.count."},
    {"decode", decode, fastcall_with_keywords, "decode($self, tokens, errors='replace')\n--\n\nSee Encoding.decode."},
    {"decode_bytes", decode_bytes, fastcall_with_keywords, "decode_bytes($self, tokens)\n--\n\nSee Encoding.decode_bytes."},
    {"decode_batch", decode_batch, fastcall_with_keywords,
     "decode_batch($self, batch, *, errors='replace', num_threads=8)\n--\n\nSee Encoding.decode_batch."},
    {"decode_bytes_batch", decode_bytes_batch, fastcall_with_keywords,
     "decode_bytes_batch($self, batch, *, num_threads=8)\n--\n\nSee Encoding.decode_bytes_batch."},
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
  enable_call();
  is_attached = look_at_python();
  return is_attached;
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
