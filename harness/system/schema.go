package system

import (
	"encoding/json"
	"reflect"
	"time"

	"turnstile/fault/yamlfile"
	"turnstile/fixtures/orchestrator/journey"
	"turnstile/fixtures/orchestrator/mode"
)

// required are the keys that a manifest must have, by the struct that they are of.
var required = map[reflect.Type][]string{
	reflect.TypeFor[Manifest]():   {"name", "modes", "environment", "message", "downstream"},
	reflect.TypeFor[Message]():    {"body"},
	reflect.TypeFor[Downstream](): {"user"},
	reflect.TypeFor[Script]():     {"does"},
}

// Schema is the JSON schema of a manifest (draft-07, which editors know), made
// from its types and their doc tags.
func Schema() ([]byte, error) {
	root := schemaOf(reflect.TypeFor[Manifest](), "")
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "How Turnstile runs an orchestrator that was not written for it"
	b, err := json.MarshalIndent(root, "", "  ")
	return append(b, '\n'), err
}

func schemaOf(t reflect.Type, key string) map[string]any {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return map[string]any{"type": "string", "pattern": `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`}
	case t.Kind() == reflect.String:
		return map[string]any{"type": []string{"string", "number", "boolean"}}
	case t.Kind() == reflect.Bool:
		return map[string]any{"type": "boolean"}
	case t.Kind() == reflect.Int:
		return map[string]any{"type": "integer", "minimum": 0}
	case t.Kind() == reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem(), "")}
	case t.Kind() == reflect.Map:
		return mapSchema(t, key)
	}
	properties := map[string]any{}
	for _, f := range yamlfile.Fields(t) {
		name := f.Tag.Get("yaml")
		one := schemaOf(f.Type, name)
		one["description"] = f.Tag.Get("doc")
		properties[name] = one
	}
	s := map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	if must := required[t]; len(must) > 0 {
		s["required"] = must
	}
	return s
}

// mapSchema is of keys that are free, or of those that are known elsewhere.
func mapSchema(t reflect.Type, key string) map[string]any {
	known := map[string]any{}
	switch key {
	case "modes":
		for _, m := range mode.Modes() {
			known[string(m)] = schemaOf(t.Elem(), "")
		}
	case "types":
		for _, k := range journey.Types() {
			known[string(k)] = schemaOf(t.Elem(), "")
		}
	default:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem(), "")}
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": known}
}
