package history

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrVersion is wrapped by the error of a history in a version of the format
// that this build does not read.
var ErrVersion = errors.New("unknown format version")

// versions are those that this build reads.
var versions = []int{1, 2, 4, Version}

func headerLine() []byte {
	return fmt.Appendf(nil, "{\"format\":%q,\"version\":%d}\n", Format, Version)
}

// headerOf is the format version that a history's first line names.
func headerOf(line []byte) (int, error) {
	if err := encodingError(line); err != nil {
		return 0, err
	}
	format, version, err := header(line)
	switch {
	case format != Format:
		return 0, fmt.Errorf("line 1: not a Turnstile history: want a header like %s", bytes.TrimSpace(headerLine()))
	case err != nil:
		return 0, fmt.Errorf("line 1: a header that is damaged: %w: want one like %s", err, bytes.TrimSpace(headerLine()))
	case !slices.Contains(versions, version):
		return 0, fmt.Errorf("line 1: %w %d, this build reads versions %s: use the build that wrote it", ErrVersion, version, versionsInWords())
	}
	return version, nil
}

func versionsInWords() string {
	last := len(versions) - 1
	return strings.Join(strings.Fields(strings.Trim(fmt.Sprint(versions[:last]), "[]")), ", ") + fmt.Sprintf(" and %d", versions[last])
}

// header reads a header as far as it is one.
func header(line []byte) (format string, version int, err error) {
	p, in := newParser(Version), opened{keys: headerKeys}
	p.b = line
	for {
		k, err := p.key(&in)
		if err != nil {
			return format, version, err
		}
		switch k {
		case noKey:
			if p.space(); p.i < len(p.b) {
				return format, version, errSyntax
			}
			return format, version, in.complete("a header")
		case keyHeaderFormat:
			format, err = p.string()
		case keyHeaderVersion:
			version, err = p.small()
		}
		if err != nil {
			return format, version, in.wrap(k, err)
		}
	}
}

// encodingError refuses a file that was not put into bytes as a history is, by
// how it begins.
func encodingError(begin []byte) error {
	for _, e := range []struct{ begin, what string }{
		{"\xef\xbb\xbf", "a byte order mark stands before the header"},
		{"\xff\xfe", "it is UTF-16"},
		{"\xfe\xff", "it is UTF-16"},
		{"{\x00", "it is UTF-16"},
		{"\x00{", "it is UTF-16"},
	} {
		if bytes.HasPrefix(begin, []byte(e.begin)) {
			return fmt.Errorf("line 1: %s, and a history is UTF-8 without a mark: %w", e.what, errEncoding)
		}
	}
	return nil
}

var errEncoding = errors.New("another program has saved it")
