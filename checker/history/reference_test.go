package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// lineScanner is the reader as it would be written without a thought for speed:
// a line at a time, by encoding/json. The real one must do as it does.
type lineScanner struct {
	r    *bufio.Reader
	line int
	part bool
	torn bool
	seqs map[string]uint64

	version int
}

func newLineScanner(r io.Reader) *lineScanner {
	return &lineScanner{r: bufio.NewReaderSize(r, 1<<16), seqs: map[string]uint64{}}
}

func (s *lineScanner) all() (*History, error) {
	if err := s.header(); err != nil {
		return nil, err
	}
	h := &History{}
	ended := false
	for {
		line, err := s.next()
		if errors.Is(err, io.EOF) {
			return h, nil
		}
		if err != nil {
			return nil, err
		}
		if ended {
			return nil, fmt.Errorf("line %d: something follows the %q line", s.line, KindEnd)
		}
		e, err := s.event(line)
		if err != nil {
			return nil, err
		}
		ended = e.Kind == KindEnd
		h.Events = append(h.Events, e)
	}
}

func (s *lineScanner) header() error {
	line, err := s.next()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: it is empty", ErrTruncated)
	}
	if err != nil {
		return err
	}
	s.version, err = headerOf(line)
	return err
}

// next returns one line without its newline, which is valid until the next call.
func (s *lineScanner) next() ([]byte, error) {
	s.line++
	var long []byte
	for {
		chunk, err := s.r.ReadSlice('\n')
		if len(long)+len(chunk) > MaxLine {
			return nil, fmt.Errorf("line %d: longer than %d bytes", s.line, MaxLine)
		}
		switch {
		case err == nil && long == nil:
			return chunk[:len(chunk)-1], nil
		case err == nil:
			return append(long, chunk[:len(chunk)-1]...), nil
		case errors.Is(err, bufio.ErrBufferFull):
			long = append(long, chunk...)
		case errors.Is(err, io.EOF):
			s.line--
			if len(long)+len(chunk) == 0 {
				return nil, io.EOF
			}
			if s.part && s.line > 0 {
				s.torn = true
				return nil, io.EOF
			}
			return nil, fmt.Errorf("%w inside line %d", ErrTruncated, s.line+1)
		default:
			return nil, fmt.Errorf("reading line %d: %w", s.line, err)
		}
	}
}

func (s *lineScanner) event(line []byte) (Event, error) {
	var e Event
	// A new parser for each line, as TestALineMeansWhatItMeansToEncodingJSON has it.
	if err := newParser(s.version).line(line, &e); err != nil {
		return e, fmt.Errorf("line %d: %w", s.line, err)
	}
	if want := s.seqs[e.Src] + 1; e.Seq != want {
		return e, fmt.Errorf("line %d: event %d of %s where event %d should stand: lines are missing, repeated or out of order",
			s.line, e.Seq, e.Src, want)
	}
	s.seqs[e.Src] = e.Seq
	return e, nil
}

// strictly reads a line by encoding/json, and refuses what a history must not
// have by going over its tokens.
func strictly(line []byte, version int) (Event, error) {
	var e Event
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields() // but it takes them in any case
	if err := d.Decode(&e); err != nil {
		return e, err
	}
	if err := json.Unmarshal(line, &e); err != nil { // something follows
		return e, err
	}
	if !utf8.Valid(line) {
		return e, errors.New("not UTF-8")
	}
	if loneSurrogate(line) {
		return e, errors.New("a surrogate without its other half")
	}
	d = json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	has, err := strictObject(d, reflect.TypeFor[Event]())
	if err != nil {
		return e, err
	}
	row := slices.IndexFunc(kindRows, func(r *kindRow) bool { return r.kind == e.Kind })
	if row < 0 || e.Src == "" || e.Domain == "" {
		return e, errors.New("no kind, source or domain")
	}
	r := kindRows[row]
	must, may := strings.Fields("t domain src seq kind "+r.must), strings.Fields(r.may)
	for _, name := range must {
		if value, ok := has[name]; !ok || value == "" {
			return e, fmt.Errorf("%s without %s", r.kind, name)
		}
	}
	for name := range has {
		if !slices.Contains(must, name) && !slices.Contains(may, name) {
			return e, fmt.Errorf("%s with %s", r.kind, name)
		}
		if came := map[string]int{"at": 2, "zone_minutes": 2, "delay_ns": 2, "by": 7}[name]; version < came {
			return e, fmt.Errorf("%s in version %d", name, version)
		}
	}
	if link := strings.HasPrefix(string(r.kind), "link_") || strings.HasPrefix(string(r.kind), "wire_"); link && version < 4 {
		return e, fmt.Errorf("%s in version %d", r.kind, version)
	}
	if r.kind == KindStateComplete && version < 7 {
		return e, fmt.Errorf("%s in version %d", r.kind, version)
	}
	if o := observerOf(e.Src); r.by&o == 0 {
		return e, fmt.Errorf("%s by %s", r.kind, e.Src)
	}
	return e, judge(&e)
}

// strictObject reads an object that is to have the fields of a struct, or
// strings if it is a map, and returns its values.
func strictObject(d *json.Decoder, of reflect.Type) (map[string]any, error) {
	if tok, err := d.Token(); err != nil || tok != json.Delim('{') {
		return nil, fmt.Errorf("%v is no object: %w", tok, err)
	}
	has := map[string]any{}
	for d.More() {
		tok, err := d.Token()
		if err != nil {
			return nil, err
		}
		name := tok.(string)
		if _, twice := has[name]; twice {
			return nil, fmt.Errorf("%s twice", name)
		}
		value := reflect.TypeFor[string]()
		if of.Kind() == reflect.Struct {
			f, ok := of.FieldByNameFunc(func(f string) bool {
				sf, _ := of.FieldByName(f)
				tag, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
				return tag == name
			})
			if !ok {
				return nil, fmt.Errorf("%s is unknown", name)
			}
			value = f.Type
		}
		if has[name], err = strictValue(d, value); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	if of.Kind() == reflect.Struct && of != reflect.TypeFor[Event]() {
		for i := range of.NumField() {
			tag := of.Field(i).Tag.Get("json")
			if _, ok := has[tag]; !ok && !strings.Contains(tag, "omitempty") {
				return nil, fmt.Errorf("no %s", tag)
			}
		}
	}
	return has, err
}

func strictValue(d *json.Decoder, of reflect.Type) (any, error) {
	switch of.Kind() {
	case reflect.Pointer:
		return strictObject(d, of.Elem())
	case reflect.Struct, reflect.Map:
		return strictObject(d, of)
	case reflect.Slice:
		if tok, err := d.Token(); err != nil || tok != json.Delim('[') {
			return nil, fmt.Errorf("%v is no list: %w", tok, err)
		}
		for d.More() {
			if _, err := strictValue(d, of.Elem()); err != nil {
				return nil, err
			}
		}
		return d.Token()
	}
	tok, err := d.Token()
	if tok == nil {
		return nil, fmt.Errorf("null: %w", err)
	}
	return tok, err
}

var (
	pair = regexp.MustCompile(`(?i)\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}`)
	half = regexp.MustCompile(`(?i)\\ud[89a-f][0-9a-f]{2}`)
)

func loneSurrogate(line []byte) bool {
	line = bytes.ReplaceAll(line, []byte(`\\`), []byte("__"))
	return half.Match(pair.ReplaceAll(line, []byte("__")))
}
