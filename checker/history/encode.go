package history

import (
	"encoding/json"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// appendEvent appends an event's line, without its newline, as [json.Marshal] has
// it, but for two things: a number that its kind must have is written also if it is
// 0, and nothing is allocated for what workers record of each event. They record nine
// lines of one, and what a record costs changes what is recorded.
func appendEvent(b []byte, e *Event) ([]byte, error) {
	must := eventKeys.required
	if row := rowOfKind[e.Kind]; row != nil {
		must = row.requires
	}
	b = append(b, '{')
	fields := reflect.ValueOf(e).Elem()
	for k := range eventKeys.list { // in the order of the fields
		key, v, here := &eventKeys.list[k], fields.Field(k), eventKeys.required.has(k)
		switch key.shape {
		case shapeInt:
			here = here || v.Int() != 0 || must.has(k)
		case shapeUint:
		case shapeString:
			here = here || v.Len() > 0
		case shapeScenario:
			here = !v.IsNil()
		default:
			here = v.Len() > 0
		}
		if !here {
			continue
		}
		if k > 0 { // the first is always there
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), key.name...), `":`...)
		var err error
		switch key.shape {
		case shapeInt:
			b = strconv.AppendInt(b, v.Int(), 10)
		case shapeUint:
			b = strconv.AppendUint(b, v.Uint(), 10)
		case shapeString:
			b, err = appendText(b, v.String())
		case shapeMap:
			b, err = appendWords(b, v.Interface().(map[string]string))
		default:
			b, err = appendJSON(b, v.Interface())
		}
		if err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

// appendWords appends an object of strings. Most have one.
func appendWords(b []byte, words map[string]string) (_ []byte, err error) {
	if len(words) != 1 {
		return appendJSON(b, words)
	}
	for k, v := range words {
		if b, err = appendText(append(b, '{'), k); err != nil {
			return b, err
		}
		if b, err = appendText(append(b, ':'), v); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

// appendText appends a string: as it is where JSON, and [json.Marshal], have it so.
func appendText(b []byte, s string) ([]byte, error) {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c >= utf8.RuneSelf, c == '"', c == '\\', c == '<', c == '>', c == '&':
			return appendJSON(b, s)
		}
	}
	return append(append(append(b, '"'), s...), '"'), nil
}

func appendJSON(b []byte, v any) ([]byte, error) {
	j, err := json.Marshal(v)
	return append(b, j...), err
}
