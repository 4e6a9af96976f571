package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
)

// check encodes, counts, decodes, and meets an error; it says what is not as expected.
func check() error {
	text := []byte("Größe, 大きさ, size")
	encoding, err := Open("o200k_base")
	if err != nil {
		return err
	}
	defer encoding.Close()

	tokens, err := encoding.Encode(text, false)
	if err != nil {
		return err
	}
	fmt.Println(tokens)
	if !slices.Equal(tokens, []uint32{3193, 52715, 11, 11520, 11852, 7500, 11, 2349}) {
		return errors.New("the tokens are not the expected ones")
	}
	if count, err := encoding.Count(text, 3); err != nil || count != 4 {
		return fmt.Errorf("count: %d, %v", count, err)
	}
	if bytes, err := encoding.Decode(tokens); err != nil || string(bytes) != string(text) {
		return fmt.Errorf("decode: %q, %v", bytes, err)
	}
	if special, err := encoding.Encode([]byte("<|endoftext|>"), true); err != nil || !slices.Equal(special, []uint32{199999}) {
		return fmt.Errorf("special token: %v, %v", special, err)
	}
	return checkErrors(encoding)
}

func checkErrors(encoding *Encoding) error {
	var failure *Error
	_, err := encoding.Decode([]uint32{2349, 4000000000})
	if !errors.As(err, &failure) || failure.Status != unknownToken || failure.Offset != 1 {
		return fmt.Errorf("not the expected error: %v", err)
	}
	fmt.Println(failure)
	if _, err := Open("no_such_encoding"); !errors.As(err, &failure) || failure.Status != unknownEncoding {
		return fmt.Errorf("not the expected error: %v", err)
	}
	return nil
}

func main() {
	if err := check(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
