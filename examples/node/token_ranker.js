// libtoken_ranker in Node through koffi: declarations as the header has them, and a class.
import koffi from "koffi";

const library = koffi.load(process.env.TOKEN_RANKER_LIBRARY);

koffi.struct("token_ranker_error", { status: "int32_t", reserved: "uint32_t", offset: "uint64_t", message: koffi.array("char", 240) });
koffi.opaque("token_ranker_t");

const open = library.func(`int32_t token_ranker(const char *name, size_t name_size, _Out_ token_ranker_t **ranker,
  _Out_ token_ranker_error *error)`);
const free = library.func("void token_ranker_free(token_ranker_t *ranker)");
const encode = library.func(`int32_t token_ranker_encode(const token_ranker_t *ranker, const void *text, size_t text_size,
  const uint32_t *allowed, size_t allowed_size, _Out_ uint32_t *tokens, size_t tokens_capacity, _Out_ size_t *tokens_size,
  _Out_ token_ranker_error *error)`);
const count = library.func(`int32_t token_ranker_count(const token_ranker_t *ranker, const void *text, size_t text_size,
  const uint32_t *allowed, size_t allowed_size, size_t limit, _Out_ size_t *count, _Out_ token_ranker_error *error)`);
const decode = library.func(`int32_t token_ranker_decode(const token_ranker_t *ranker, const uint32_t *tokens, size_t tokens_size,
  _Out_ void *bytes, size_t bytes_capacity, _Out_ size_t *bytes_size, _Out_ token_ranker_error *error)`);

export const OK = 0, BUFFER_TOO_SMALL = 2, UNKNOWN_ENCODING = 3, UNKNOWN_TOKEN = 4;

export class TokenRankerError extends Error {
  constructor({ status, offset, message }) {
    super(message);
    this.status = status;
    this.offset = Number(offset);
  }
}

// Without a call to close, the handle is freed when the object is collected.
const handles = new FinalizationRegistry(free);

export class Encoding {
  #handle;

  /** name: of an encoding inside the library, or of a model. */
  constructor(name) {
    const handle = [null], error = {};
    if (open(name, Buffer.byteLength(name), handle, error) !== OK) throw new TokenRankerError(error);
    this.#handle = handle[0];
    handles.register(this, this.#handle, this);
  }

  /** text: a string, or bytes. */
  encode(text) {
    const bytes = asBytes(text);
    return filled(Uint32Array, (bytes.length / 3 + 8) >>> 0, (tokens, size, error) =>
      encode(this.#handle, bytes, bytes.length, null, 0, tokens, tokens.length, size, error));
  }

  /** Counts tokens, no further than limit + 1. */
  count(text, limit = Number.MAX_SAFE_INTEGER) {
    const bytes = asBytes(text), size = [0], error = {};
    if (count(this.#handle, bytes, bytes.length, null, 0, limit, size, error) !== OK) throw new TokenRankerError(error);
    return Number(size[0]);
  }

  /** The bytes of tokens; `toString()` of the result reads them as UTF-8. */
  decode(tokens) {
    const numbers = Uint32Array.from(tokens);
    return Buffer.from(filled(Uint8Array, numbers.length * 6, (bytes, size, error) =>
      decode(this.#handle, numbers, numbers.length, bytes, bytes.length, size, error)));
  }

  close() {
    handles.unregister(this);
    free(this.#handle);
    this.#handle = null;
  }
}

const asBytes = (text) => (typeof text === "string" ? Buffer.from(text) : text);

/** Calls with an array of the guessed capacity, and once more with the size that was needed if that was less. */
function filled(ArrayType, capacity, call) {
  let buffer = new ArrayType(capacity);
  const size = [0], error = {};
  let status = call(buffer, size, error);
  if (status === BUFFER_TOO_SMALL) {
    buffer = new ArrayType(Number(size[0]));
    status = call(buffer, size, error);
  }
  if (status !== OK) throw new TokenRankerError(error);
  return buffer.subarray(0, Number(size[0]));
}
