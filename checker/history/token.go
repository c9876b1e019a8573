package history

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// noKey is in place of a key where an object ends.
const noKey = -1

// opened is an object that is being read.
type opened struct {
	*keys
	begun bool
	there keySet // keys that it has
	said  keySet // those of them whose value is not empty
}

// key goes on to the value of the object's next key.
func (p *parser) key(in *opened) (int, error) {
	if !in.begun {
		if !p.begins('{') {
			return 0, p.mistyped(shapeScenario)
		}
		in.begun = true
		p.i++
		if p.space(); p.at('}') {
			p.i++
			return noKey, nil
		}
	} else {
		if p.space(); p.at('}') {
			p.i++
			return noKey, nil
		}
		if !p.at(',') {
			return 0, errSyntax
		}
		p.i++
		p.space()
	}
	name, err := p.text(0)
	if err != nil {
		return 0, err
	}
	k := in.find(name)
	if k < 0 || !in.known[p.version].has(k) {
		return 0, in.unknown(name, p.version)
	}
	if in.there.has(k) {
		return 0, fmt.Errorf("the key %q stands twice", in.list[k].name)
	}
	in.there |= 1 << k
	in.said |= 1 << k
	return k, p.colon()
}

func (p *parser) colon() error {
	if p.space(); !p.at(':') {
		return errSyntax
	}
	p.i++
	p.space()
	return nil
}

// unknown says what is wrong with a key.
func (o *keys) unknown(name []byte, version int) error {
	for _, k := range o.list {
		switch {
		case k.name == string(name):
			return fmt.Errorf("the key %q came with format version %d, and line 1 names version %d", k.name, k.since, version)
		case strings.EqualFold(k.name, string(name)):
			return fmt.Errorf("the key %s is in another case: it is %q", short(name), k.name)
		}
	}
	return fmt.Errorf("the key %s is unknown", short(name))
}

// complete refuses an object that lacks what every one of its sort has.
func (in *opened) complete(what string) error {
	if in.required&^in.there == 0 {
		return nil
	}
	return fmt.Errorf("%s without %q", what, in.list[(in.required&^in.there).first()].name)
}

// empty notes that the value of a key says nothing.
func (in *opened) empty(k int) { in.said &^= 1 << k }

// valueError is about the value of a key that is told by whoever knows it.
type valueError string

func (e valueError) Error() string { return string(e) }

func (in *opened) wrap(k int, err error) error {
	name := in.list[k].name
	if wrong := valueError(""); errors.As(err, &wrong) {
		return fmt.Errorf("the key %q %s", name, string(wrong))
	}
	return fmt.Errorf("in %q: %w", name, err)
}

// mistyped says what stands where a value of that shape should.
func (p *parser) mistyped(want shape) error {
	got := ""
	if p.i < len(p.b) {
		switch c := p.b[p.i]; {
		case c == 'n':
			got = "null"
		case c == 't' || c == 'f':
			got = "true or false"
		case c == '"':
			got = "a string"
		case c == '{':
			got = "an object"
		case c == '[':
			got = "a list"
		case c == '-' || '0' <= c && c <= '9':
			got = "another number"
		}
	}
	if got == "" {
		return errSyntax
	}
	return valueError(fmt.Sprintf("is %s where %s should stand", got, shapeNames[want]))
}

// short is a piece of a line, fit to be shown.
func short(b []byte) string {
	const most = 40
	if len(b) > most {
		return strconv.Quote(string(b[:most])) + "…"
	}
	return strconv.Quote(string(b))
}

func (p *parser) at(c byte) bool { return p.i < len(p.b) && p.b[p.i] == c }

func (p *parser) begins(c byte) bool {
	p.space()
	return p.at(c)
}

func (p *parser) space() {
	for p.i < len(p.b) {
		switch p.b[p.i] {
		case ' ', '\t', '\r', '\n':
			p.i++
		default:
			return
		}
	}
}

func (p *parser) bool() (bool, error) {
	for _, v := range []struct {
		name string
		is   bool
	}{{"true", true}, {"false", false}} {
		if bytes.HasPrefix(p.b[p.i:], []byte(v.name)) {
			p.i += len(v.name)
			return v.is, nil
		}
	}
	return false, p.mistyped(shapeBool)
}

func (p *parser) small() (int, error) {
	start := p.i
	n, err := p.int()
	if err == nil && int64(int(n)) != n {
		p.i = start
		return 0, p.mistyped(shapeInt)
	}
	return int(n), err
}

func (p *parser) int() (int64, error) {
	start := p.i
	i := p.i
	if i < len(p.b) && p.b[i] == '-' {
		i++
	}
	n, digits := p.digits(i)
	if digits == 0 {
		return 0, p.mistyped(shapeInt)
	}
	p.i = i + digits
	if digits <= 18 {
		if i > start {
			return -int64(n), nil
		}
		return int64(n), nil
	}
	v, err := strconv.ParseInt(string(p.b[start:p.i]), 10, 64)
	if err != nil {
		p.i = start
		return 0, p.mistyped(shapeInt)
	}
	return v, nil
}

func (p *parser) uint() (uint64, error) {
	n, digits := p.digits(p.i)
	if digits == 0 {
		return 0, p.mistyped(shapeUint)
	}
	start := p.i
	p.i += digits
	if digits <= 18 {
		return n, nil
	}
	v, err := strconv.ParseUint(string(p.b[start:p.i]), 10, 64)
	if err != nil {
		p.i = start
		return 0, p.mistyped(shapeUint)
	}
	return v, nil
}

// digits reads a number without a sign, a fraction or an exponent that begins at
// i. It has 0 digits if there is none. Of one beyond 18 digits the value is wrong.
func (p *parser) digits(i int) (n uint64, digits int) {
	rest := p.b[i:]
	for digits < len(rest) && '0' <= rest[digits] && rest[digits] <= '9' {
		n = n*10 + uint64(rest[digits]-'0')
		digits++
	}
	if digits > 1 && rest[0] == '0' {
		return 0, 0
	}
	if digits < len(rest) && (rest[digits] == '.' || rest[digits] == 'e' || rest[digits] == 'E') {
		return 0, 0
	}
	return n, digits
}

// field is the string of an event's key, which often is what it was in the event
// before.
func (p *parser) field(k int, in *opened) (string, error) {
	last := &p.known.last[k]
	if n := len(last.text); n > 0 && last.plain {
		rest := p.b[p.i:]
		if len(rest) > n+1 && rest[0] == '"' && rest[n+1] == '"' && string(rest[1:n+1]) == last.text {
			p.i += n + 2
			return last.text, nil
		}
	}
	start := p.i
	text, err := p.text(1)
	if err != nil {
		return "", err
	}
	if len(text) == 0 {
		in.empty(k)
		return "", nil
	}
	last.text, last.plain = p.known.string(text), p.i-start == len(text)+2
	return last.text, nil
}

func (p *parser) string() (string, error) {
	text, err := p.text(1)
	return p.known.string(text), err
}

// words is an object of strings whose keys are free.
func (p *parser) words() (map[string]string, error) {
	if !p.at('{') {
		return nil, p.mistyped(shapeMap)
	}
	p.i++
	if p.space(); p.at('}') {
		p.i++
		return map[string]string{}, nil
	}
	var all map[string]string
	for n := 0; ; n++ {
		name, err := p.text(0)
		if err != nil {
			return nil, err
		}
		if err := p.colon(); err != nil {
			return nil, err
		}
		value, err := p.text(1)
		if wrong := valueError(""); errors.As(err, &wrong) {
			err = fmt.Errorf("the key %s %s", short(name), string(wrong))
		}
		if err != nil {
			return nil, err
		}
		p.space()
		if n == 0 && p.at('}') {
			p.i++
			return p.known.detail(name, value), nil
		}
		if all == nil {
			all = make(map[string]string, 2)
		}
		k := p.known.string(name)
		if _, twice := all[k]; twice {
			return nil, fmt.Errorf("the key %s stands twice", short(name))
		}
		all[k] = p.known.string(value)
		if p.at('}') {
			p.i++
			return all, nil
		}
		if !p.at(',') {
			return nil, errSyntax
		}
		p.i++
		p.space()
	}
}
