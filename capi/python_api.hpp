// The functions of CPython's stable ABI that the library calls, and the little that makes them safe to use from C++.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>

namespace python {

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

// Their names, in the order of the fields, and NULL.
extern const char* const function_names[];

// The Python of this process, written once by attach. Interpreters of one process share its code; what belongs to an interpreter, its
// objects, is in Binding.
extern Python py;

// Remembers the functions and looks at how this Python counts references and stores strings. False: it cannot be used, or it is
// another one than before.
bool attach(const void* const* functions);

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

// Where there is a global lock, references to ints are counted inline, as the limited API did until 3.11 and still allows. The small
// ints that Python shares are immortal in newer versions: their word must stay.
extern bool has_global_lock;
extern uint32_t first_counted_int;

// Objects that all interpreters share and that never go.
extern Object* none;
extern Object* set_type;
extern Object* frozenset_type;
extern Object* str_type;

inline Object* type_of(Object* object) { return Reference(py.PyObject_Type(object)).get(); }  // lives as long as the object

inline unsigned long kind_of(Object* object) { return py.PyType_GetFlags(type_of(object)); }

// self.name(*args, **keywords) for the arguments of a built-in; NULL with an exception set.
Object* call_method(Object* self, const char* name, Object* const* args, Size args_size, Object* names);

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

}  // namespace python
