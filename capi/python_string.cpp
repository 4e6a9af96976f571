#include "python_string.hpp"

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "transcode/plain_transcode.hpp"

namespace python {
namespace {

enum Form : size_t { ascii, latin1, ucs2, ucs4, elsewhere, form_count };
constexpr unsigned width_of[] = {1, 1, 2, 4};

// Where things stand in a str object. mask: the bits of the state that tell the forms apart; 0: not known.
struct Layout {
  size_t type_at = 0;
  size_t state_at = 0;
  uint32_t mask = 0;
  uint32_t states[form_count] = {};
  size_t characters_at[4] = {};
} layout;

template <class Value>
Value read_at(const void* object, size_t offset) {
  Value value;
  std::memcpy(&value, static_cast<const char*>(object) + offset, sizeof value);
  return value;
}

// A string with known contents. Sizes differ, so that no size is mistaken for a state.
struct Sample {
  Form form;
  std::u32string characters;
  Reference object;
  size_t object_size = 0;

  std::string stored() const {
    std::string bytes;
    for (const char32_t character : characters) bytes.append(reinterpret_cast<const char*>(&character), width_of[form]);
    return bytes;
  }
};

std::string utf8_of(const std::u32string& characters) {
  std::string utf8(4 * characters.size(), '\0');
  uint8_t* const begin = reinterpret_cast<uint8_t*>(utf8.data());
  uint8_t* end = begin;
  for (const char32_t character : characters) end = bpe::put_character(character, end);
  utf8.resize(size_t(end - begin));
  return utf8;
}

bool make_sample(Sample& sample, Form form, std::u32string characters, Object* derived_type) {
  const std::string utf8 = utf8_of(characters);
  sample.form = form;
  sample.characters = std::move(characters);
  sample.object = Reference(py.PyUnicode_DecodeUTF8(utf8.data(), Size(utf8.size()), nullptr));
  if (form == elsewhere && sample.object) {
    const Reference arguments(py.PyTuple_New(1));
    if (!arguments) return false;
    py.PyTuple_SetItem(arguments.get(), 0, sample.object.release());
    sample.object = Reference(call(py.PyObject_Call, derived_type, arguments.get(), static_cast<Object*>(nullptr)));
  }
  const Reference size(sample.object ? py.PyObject_CallMethod(sample.object.get(), "__sizeof__", nullptr) : nullptr);
  if (!size) return false;
  sample.object_size = py.PyLong_AsSize_t(size.get());
  return sample.object_size != SIZE_MAX;
}

// type("_Str", (str,), {}), whose instances keep their characters elsewhere.
Reference make_derived_type() {
  const Reference name(py.PyUnicode_DecodeUTF8("_Str", 4, nullptr)), bases(py.PyTuple_New(1)), members(py.PyDict_New());
  const Reference arguments(py.PyTuple_New(3));
  if (!name || !bases || !members || !arguments) return Reference();
  const auto set_item = [](const Reference& tuple, Size i, Object* item) {
    py.Py_IncRef(item);
    py.PyTuple_SetItem(tuple.get(), i, item);
  };
  set_item(bases, 0, str_type);
  set_item(arguments, 0, name.get());
  set_item(arguments, 1, bases.get());
  set_item(arguments, 2, members.get());
  return Reference(call(py.PyObject_Call, type_of(str_type), arguments.get(), static_cast<Object*>(nullptr)));
}

bool make_samples(std::vector<Sample>& samples) {
  const Reference derived_type = make_derived_type();
  if (!derived_type) return false;
  constexpr char32_t beyond[] = {U'z', 0xE9, 0x20AC, 0x1F600, U'z'};  // the widest character of each form
  for (size_t form = 0; form < form_count; form++) {
    for (const size_t size : {19, 46, 101}) {
      std::u32string characters;
      for (size_t i = 0; i < size; i++) characters += char32_t(U'!' + (i * (form + 3) + size) % 90);
      characters[size / 2] = beyond[form];
      Sample& sample = samples.emplace_back();
      if (!make_sample(sample, Form(form), std::move(characters), derived_type.get())) return false;
    }
  }
  return true;
}

// The characters stand at the same place in all strings of a form.
bool find_characters(const std::vector<Sample>& samples, Layout& found) {
  for (const Sample& sample : samples) {
    if (sample.form == elsewhere) continue;
    const std::string_view bytes(reinterpret_cast<const char*>(sample.object.get()), sample.object_size);
    const size_t at = bytes.find(sample.stored());
    if (at == bytes.npos || at % 4 != 0) return false;
    size_t& known = found.characters_at[sample.form];
    if (known != 0 && known != at) return false;
    known = at;
  }
  return true;
}

// The first word of the header with bits that are the same within each form and differ between any two.
bool find_state(const std::vector<Sample>& samples, Layout& found) {
  for (size_t at = 2 * sizeof(void*); at + sizeof(uint32_t) <= found.characters_at[ascii]; at += sizeof(uint32_t)) {
    uint32_t ones[form_count], zeros[form_count];
    std::memset(ones, 0xFF, sizeof ones);
    std::memset(zeros, 0xFF, sizeof zeros);
    for (const Sample& sample : samples) {
      const uint32_t word = read_at<uint32_t>(sample.object.get(), at);
      ones[sample.form] &= word;
      zeros[sample.form] &= ~word;
    }
    uint32_t steady = ~uint32_t{0}, differing = 0;
    for (size_t form = 0; form < form_count; form++) steady &= ones[form] | zeros[form];
    for (size_t form = 1; form < form_count; form++) differing |= ones[form] ^ ones[0];
    found.state_at = at;
    found.mask = steady & differing;
    bool is_clear = true;
    for (size_t form = 0; form < form_count; form++) {
      found.states[form] = ones[form] & found.mask;
      for (size_t other = 0; other < form; other++) is_clear &= found.states[form] != found.states[other];
    }
    if (is_clear) return true;
  }
  return false;
}

bool find_type(const std::vector<Sample>& samples, Layout& found) {
  for (size_t at = 0; at < found.characters_at[ascii]; at += sizeof(void*)) {
    bool is_type = true;
    for (const Sample& sample : samples) is_type &= (read_at<Object*>(sample.object.get(), at) == str_type) == (sample.form != elsewhere);
    found.type_at = at;
    if (is_type) return true;
  }
  return false;
}

// Whether strings that Python has worked with (hashed, UTF-8 kept, used as a key) are read right, and those that cannot be are not.
bool reads_right(const std::vector<Sample>& samples) {
  for (const Sample& sample : samples) {
    for (const bool is_used : {false, true}) {
      if (is_used) {
        Size size = 0;
        const Reference keys(py.PyDict_New());
        if (!keys || !py.PyUnicode_AsUTF8AndSize(sample.object.get(), &size)) return false;
        if (py.PyDict_SetItem(keys.get(), sample.object.get(), none) < 0) return false;
      }
      const Characters characters = characters_of(sample.object.get());
      if (sample.form == elsewhere) {
        if (characters.width != 0) return false;
        continue;
      }
      const std::string stored = sample.stored();
      if (characters.width != width_of[sample.form] || characters.is_ascii != (sample.form == ascii)) return false;
      if (characters.size != sample.characters.size() || std::memcmp(characters.data, stored.data(), stored.size()) != 0) return false;
    }
  }
  return characters_of(none).width == 0 && characters_of(str_type).width == 0;
}

}  // namespace

bool look_at_strings() {
  std::vector<Sample> samples;
  if (!make_samples(samples)) return false;
  Layout found;
  if (!find_characters(samples, found) || !find_type(samples, found) || !find_state(samples, found)) return true;
  layout = found;
  if (!reads_right(samples)) layout = {};
  return true;
}

Characters characters_of(Object* object) {
  if (layout.mask == 0 || read_at<Object*>(object, layout.type_at) != str_type) return {};
  const uint32_t state = read_at<uint32_t>(object, layout.state_at) & layout.mask;
  for (size_t form = 0; form < elsewhere; form++) {
    if (state != layout.states[form]) continue;
    return {reinterpret_cast<const char*>(object) + layout.characters_at[form], size_t(py.PyUnicode_GetLength(object)), width_of[form],
            form == ascii};
  }
  return {};
}

}  // namespace python
