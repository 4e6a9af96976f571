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
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "batch.hpp"
#include "encoder.hpp"
#include "handle.hpp"
#include "python_api.hpp"
#include "python_list.hpp"
#include "python_text.hpp"
#include "table_memory.hpp"
#include "text_limit.hpp"
#include "token_ranker.h"
#include "transcode/transcode.hpp"

namespace {

using namespace python;

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

  // Asks memory for what get reads.
  void prefetch(uint32_t token) const {
    if (token < size_) __builtin_prefetch(objects_[token].load(std::memory_order_relaxed), 1);
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
constexpr const char* capsule_name = nullptr;  // one would be compared with each call; nobody else sees the capsule

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
  constexpr size_t ahead = 16;
  Reference list(py.PyList_New(Size(size)));
  if (!list) return nullptr;
  Object** const items = size ? items_of(list.get()) : nullptr;
  const auto set_item = py.PyList_SetItem;
  for (size_t i = 0; i < size; i++) {
    if (size - i > ahead) binding.ints.prefetch(tokens[i + ahead]);
    Object* number = binding.ints.get(tokens[i]);
    if (!number) return nullptr;
    if (items) {
      items[i] = number;
    } else if (set_item(list.get(), Size(i), number) < 0) {
      return nullptr;
    }
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


bool encode_into(bpe::TokenSink& sink, const Binding& binding, const TextArgument& text, const Options& options) {
  const bpe::Encoding& encoding = binding.encoding();
  return text.for_each_piece(encoding, [&](bpe::Text piece) {
    if (is_refused(encoding, piece, options)) return false;
    bpe::encode(encoding, piece, options.allowed.selection(), sink);
    return true;
  });
}

Object* encode_text(Binding& binding, const TextArgument& text, const Options& options,
                    Object* make(Binding& binding, const uint32_t* tokens, size_t size)) {
  constexpr size_t few = 256;
  if (text.most_size() <= few) {
    uint32_t tokens[few];
    bpe::TokenArray sink(tokens, few);  // a token covers at least one byte
    const bool is_done = run(false, [&](Unlocked&) { return encode_into(sink, binding, text, options); });
    return is_done ? make(binding, tokens, sink.size()) : nullptr;
  }
  const BufferLoan buffer(binding, text.most_size());
  const bool is_done = buffer && run(text.is_long(), [&](Unlocked&) {
    (*buffer).expect(text.likely_size());
    return encode_into(*buffer, binding, text, options);
  });
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
  uint32_t* spare_room(size_t count) override { return capacity_ - size_ >= count ? tokens_ + size_ : nullptr; }
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
    bpe::ask_for_large_pages(tokens_ + size_, (capacity_ - size_) * sizeof *tokens_);
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

Object* encode_long_to_array(Binding& binding, const TextArgument& text, const Options& options) {
  ArraySink sink(bpe::expected_tokens(text.likely_size()));
  const bool is_done = sink && run(true, [&](Unlocked& part) {
    sink.begin(part);
    return encode_into(sink, binding, text, options);
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

Object* count_text(Binding& binding, const TextArgument& text, const Options& options) {
  const bpe::Encoding& encoding = binding.encoding();
  size_t count = 0;
  const bool is_done = run(text.is_long(), [&](Unlocked&) {
    bool is_refusing = false;
    const bool is_whole = text.for_each_piece(encoding, [&](bpe::Text piece) {
      is_refusing = is_refused(encoding, piece, options);
      if (is_refusing) return false;
      count += bpe::count(encoding, piece, options.allowed.selection(), options.limit - count);
      return count <= options.limit;
    });
    return is_whole || (count > options.limit && !is_refusing);
  });
  return is_done ? py.PyLong_FromSize_t(count) : nullptr;
}

Object* count(Object* self, Object* const* args, Size args_size, Object* names) noexcept {
  Binding* binding = open_binding(self);
  Object* number = nullptr;
  Options options;
  if (binding && args_size == 1 && read_keywords(options, args + 1, names, *binding, special_keywords | limit_keyword)) {
    const TextArgument text(self, args[0]);
    // A long text that is not cut would become UTF-8 as a whole: the method reads it as a stream.
    const bool is_for_stream = text.is_long() && options.limit != SIZE_MAX && !binding->encoding().may_cut();
    if (text.is_usual() && !is_for_stream) number = count_text(*binding, text, options);
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

  // False: it has no UTF-8.
  bool add(const TextArgument& text) {
    const size_t used = bytes_size(), wanted = text.most_size() + bpe::transcode_pad;
    if (capacity_ - used < wanted) {
      const size_t capacity = std::max(used + wanted, capacity_ + capacity_ / 2);
      auto* bytes = static_cast<uint8_t*>(std::realloc(bytes_, capacity));
      if (!bytes) throw std::bad_alloc();
      bytes_ = bytes;
      capacity_ = capacity;
    }
    const size_t size = text.copy_to(bytes_ + used);
    if (size == bpe::no_utf8) return false;
    offsets_.push_back(int64_t(used + size));
    return true;
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
      if (!text.is_usual() || !gathered->add(text)) return false;
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

int32_t token_ranker_python_attach(const void* const* functions) { return attach(functions); }

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
