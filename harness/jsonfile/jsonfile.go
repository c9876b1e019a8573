// Package jsonfile reads a file of JSON that a program wrote and a person may have
// changed: it tells what is wrong with it by line and key, in no words of Go's own.
package jsonfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Decode reads what stands in a file of that name, which must be one object and
// nothing behind it. Strictly: it has no key that nobody knows.
func Decode(name string, b []byte, strictly bool, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if strictly {
		d.DisallowUnknownFields()
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return fmt.Errorf("%s: it is empty", name)
	}
	if begin := bytes.TrimSpace(b)[0]; begin != '{' {
		return fmt.Errorf("%s:%d: it does not begin with {", name, lineAt(b, int64(1+bytes.IndexByte(b, begin))))
	}
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			return fmt.Errorf("%s:%d: something stands behind its end", name, lineAt(b, d.InputOffset()))
		}
		return nil
	}
	typed, syntax := (*json.UnmarshalTypeError)(nil), (*json.SyntaxError)(nil)
	switch {
	case errors.As(err, &typed):
		return fmt.Errorf("%s:%d: %s cannot be %s", name, lineAt(b, typed.Offset), typed.Field, article(typed.Value))
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("%s:%d: it ends too early", name, lineAt(b, int64(len(b))))
	case errors.As(err, &syntax):
		return fmt.Errorf("%s:%d: it is no JSON: %w", name, lineAt(b, syntax.Offset), err)
	}
	return fmt.Errorf("%s: %s", name, strings.TrimPrefix(err.Error(), "json: "))
}

func lineAt(b []byte, offset int64) int {
	return 1 + bytes.Count(bytes.TrimRight(b[:min(int(offset), len(b))], "\n"), []byte("\n"))
}

// article puts one before the kind of a value in JSON.
func article(kind string) string {
	switch kind {
	case "array", "object":
		return "an " + kind
	}
	return "a " + kind
}
