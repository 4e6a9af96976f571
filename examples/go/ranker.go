// Package main: libtoken_ranker through cgo.
package main

/*
#cgo LDFLAGS: -ltoken_ranker
#include "token_ranker.h"
*/
import "C"

import (
	"runtime"
	"unsafe"
)

// Error is a status of the library with its message, and the byte, line or index that it is about.
type Error struct {
	Status  int32
	Offset  uint64
	Message string
}

func (e *Error) Error() string { return e.Message }

const (
	unknownEncoding = C.TOKEN_RANKER_UNKNOWN_ENCODING
	unknownToken    = C.TOKEN_RANKER_UNKNOWN_TOKEN
)

// Encoding never changes: goroutines may share one until Close.
type Encoding struct{ handle *C.token_ranker_t }

// Open opens an encoding inside the library, by its name or that of a model.
func Open(name string) (*Encoding, error) {
	var handle *C.token_ranker_t
	var failure C.token_ranker_error
	bytes := []byte(name)
	if C.token_ranker((*C.char)(unsafe.Pointer(unsafe.SliceData(bytes))), C.size_t(len(bytes)), &handle, &failure) != C.TOKEN_RANKER_OK {
		return nil, made(&failure)
	}
	return &Encoding{handle}, nil
}

// Close releases the handle; no call may be running.
func (e *Encoding) Close() {
	C.token_ranker_free(e.handle)
	e.handle = nil
}

// Encode encodes text, any bytes; special tokens are recognised if allSpecial.
func (e *Encoding) Encode(text []byte, allSpecial bool) ([]uint32, error) {
	tokens := make([]uint32, len(text)/3+8)
	for {
		var size C.size_t
		var failure C.token_ranker_error
		status := C.token_ranker_encode(e.handle, unsafe.Pointer(unsafe.SliceData(text)), C.size_t(len(text)), nil, allowed(allSpecial),
			(*C.uint32_t)(unsafe.SliceData(tokens)), C.size_t(len(tokens)), &size, &failure)
		switch status {
		case C.TOKEN_RANKER_OK:
			return tokens[:size], nil
		case C.TOKEN_RANKER_BUFFER_TOO_SMALL:
			tokens = make([]uint32, size)
		default:
			return nil, made(&failure)
		}
	}
}

// Count counts tokens, no further than limit + 1.
func (e *Encoding) Count(text []byte, limit uint) (int, error) {
	var count C.size_t
	var failure C.token_ranker_error
	if C.token_ranker_count(e.handle, unsafe.Pointer(unsafe.SliceData(text)), C.size_t(len(text)), nil, 0, C.size_t(limit), &count,
		&failure) != C.TOKEN_RANKER_OK {
		return 0, made(&failure)
	}
	return int(count), nil
}

// Decode gives the bytes of tokens; they need not be UTF-8.
func (e *Encoding) Decode(tokens []uint32) ([]byte, error) {
	bytes := make([]byte, len(tokens)*6)
	for {
		var size C.size_t
		var failure C.token_ranker_error
		status := C.token_ranker_decode(e.handle, (*C.uint32_t)(unsafe.SliceData(tokens)), C.size_t(len(tokens)),
			unsafe.Pointer(unsafe.SliceData(bytes)), C.size_t(len(bytes)), &size, &failure)
		switch status {
		case C.TOKEN_RANKER_OK:
			runtime.KeepAlive(e)
			return bytes[:size], nil
		case C.TOKEN_RANKER_BUFFER_TOO_SMALL:
			bytes = make([]byte, size)
		default:
			return nil, made(&failure)
		}
	}
}

func allowed(allSpecial bool) C.size_t {
	if allSpecial {
		return C.TOKEN_RANKER_ALL_SPECIAL
	}
	return 0
}

func made(failure *C.token_ranker_error) error {
	return &Error{int32(failure.status), uint64(failure.offset), C.GoString(&failure.message[0])}
}
