// Go without cgo: purego loads the library when the program runs. Exits with 1 if a token is not the expected one.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"unsafe"

	"github.com/ebitengine/purego"
)

// failure is token_ranker_error.
type failure struct {
	status   int32
	reserved uint32
	offset   uint64
	message  [240]byte
}

func (f *failure) Error() string {
	message, _, _ := bytes.Cut(f.message[:], []byte{0})
	return string(message)
}

const (
	bufferTooSmall  = 2
	unknownEncoding = 3
	unknownToken    = 4
)

// The functions of token_ranker.h that are used here; a status is an int32, size_t an uintptr.
var (
	tokenRanker func(name unsafe.Pointer, nameSize uintptr, ranker *uintptr, err *failure) int32
	free        func(ranker uintptr)
	encode      func(ranker uintptr, text unsafe.Pointer, textSize uintptr, allowed unsafe.Pointer, allowedSize uintptr,
		tokens unsafe.Pointer, tokensCapacity uintptr, tokensSize *uintptr, err *failure) int32
	count func(ranker uintptr, text unsafe.Pointer, textSize uintptr, allowed unsafe.Pointer, allowedSize uintptr,
		limit uintptr, count *uintptr, err *failure) int32
	decode func(ranker uintptr, tokens unsafe.Pointer, tokensSize uintptr,
		bytes unsafe.Pointer, bytesCapacity uintptr, bytesSize *uintptr, err *failure) int32
)

func load(path string) error {
	library, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return err
	}
	purego.RegisterLibFunc(&tokenRanker, library, "token_ranker")
	purego.RegisterLibFunc(&free, library, "token_ranker_free")
	purego.RegisterLibFunc(&encode, library, "token_ranker_encode")
	purego.RegisterLibFunc(&count, library, "token_ranker_count")
	purego.RegisterLibFunc(&decode, library, "token_ranker_decode")
	return nil
}

// Encoding never changes: goroutines may share one until Close.
type Encoding struct{ handle uintptr }

// Open opens an encoding inside the library, by its name or that of a model.
func Open(name string) (*Encoding, error) {
	var encoding Encoding
	var err failure
	if tokenRanker(unsafe.Pointer(unsafe.StringData(name)), uintptr(len(name)), &encoding.handle, &err) != 0 {
		return nil, &err
	}
	return &encoding, nil
}

// Close releases the handle; no call may be running.
func (e *Encoding) Close() { free(e.handle) }

// Encode encodes text, any bytes, as ordinary.
func (e *Encoding) Encode(text []byte) ([]uint32, error) {
	return filled(len(text)/3+8, func(tokens []uint32, size *uintptr, err *failure) int32 {
		return encode(e.handle, unsafe.Pointer(unsafe.SliceData(text)), uintptr(len(text)), nil, 0,
			unsafe.Pointer(unsafe.SliceData(tokens)), uintptr(len(tokens)), size, err)
	})
}

// Count counts tokens, no further than limit + 1.
func (e *Encoding) Count(text []byte, limit uint) (int, error) {
	var size uintptr
	var err failure
	if count(e.handle, unsafe.Pointer(unsafe.SliceData(text)), uintptr(len(text)), nil, 0, uintptr(limit), &size, &err) != 0 {
		return 0, &err
	}
	return int(size), nil
}

// Decode gives the bytes of tokens; they need not be UTF-8.
func (e *Encoding) Decode(tokens []uint32) ([]byte, error) {
	return filled(len(tokens)*6, func(text []byte, size *uintptr, err *failure) int32 {
		return decode(e.handle, unsafe.Pointer(unsafe.SliceData(tokens)), uintptr(len(tokens)),
			unsafe.Pointer(unsafe.SliceData(text)), uintptr(len(text)), size, err)
	})
}

// filled calls with a buffer of the guessed capacity, and once more with the size that was needed if that was less.
func filled[T any](capacity int, call func(buffer []T, size *uintptr, err *failure) int32) ([]T, error) {
	buffer := make([]T, capacity)
	var size uintptr
	var err failure
	status := call(buffer, &size, &err)
	if status == bufferTooSmall {
		buffer = make([]T, size)
		status = call(buffer, &size, &err)
	}
	if status != 0 {
		return nil, &err
	}
	return buffer[:size], nil
}

func check() error {
	text := []byte("Größe, 大きさ, size")
	encoding, err := Open("o200k_base")
	if err != nil {
		return err
	}
	defer encoding.Close()
	tokens, err := encoding.Encode(text)
	fmt.Println(tokens)
	if err != nil || !slices.Equal(tokens, []uint32{3193, 52715, 11, 11520, 11852, 7500, 11, 2349}) {
		return fmt.Errorf("encode: %v, %v", tokens, err)
	}
	if size, err := encoding.Count(text, 3); err != nil || size != 4 {
		return fmt.Errorf("count: %d, %v", size, err)
	}
	if decoded, err := encoding.Decode(tokens); err != nil || !bytes.Equal(decoded, text) {
		return fmt.Errorf("decode: %q, %v", decoded, err)
	}
	var failed *failure
	_, err = encoding.Decode([]uint32{2349, 4000000000})
	if !errors.As(err, &failed) || failed.status != unknownToken || failed.offset != 1 {
		return fmt.Errorf("not the expected error: %v", err)
	}
	fmt.Println(failed)
	if _, err := Open("no_such_encoding"); !errors.As(err, &failed) || failed.status != unknownEncoding {
		return fmt.Errorf("not the expected error: %v", err)
	}
	return nil
}

func main() {
	err := load(os.Getenv("TOKEN_RANKER_LIBRARY"))
	if err == nil {
		err = check()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
