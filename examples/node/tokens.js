// Encode, count, decode, an error, close. Exits with an error if a token is not the expected one.
import assert from "node:assert/strict";
import { Encoding, TokenRankerError, UNKNOWN_ENCODING, UNKNOWN_TOKEN } from "./token_ranker.js";

const text = "Größe, 大きさ, size";
const encoding = new Encoding("o200k_base");

const tokens = encoding.encode(text);
console.log(...tokens);
assert.deepEqual([...tokens], [3193, 52715, 11, 11520, 11852, 7500, 11, 2349]);
assert.equal(encoding.count(text), tokens.length);
assert.equal(encoding.count(text, 3), 4);
assert.equal(encoding.decode(tokens).toString(), text);
assert.equal(encoding.encode(new Uint8Array(100).fill(0xff)).length, 100);
assert.equal(encoding.encode("").length, 0);

assert.throws(() => encoding.decode([2349, 4000000000]), (error) => {
  console.log(error.message);
  return error instanceof TokenRankerError && error.status === UNKNOWN_TOKEN && error.offset === 1;
});
assert.throws(() => new Encoding("no_such_encoding"), { status: UNKNOWN_ENCODING });
encoding.close();
