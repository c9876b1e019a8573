package trace

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"

	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

// TestATraceIsWhatOpenTelemetryTakes: the file is OTLP by OpenTelemetry's own
// description of it, with nothing in it that is not there. In OTLP's JSON, and in no
// other of protobuf's, ids are hexadecimal.
func TestATraceIsWhatOpenTelemetryTakes(t *testing.T) {
	for name, h := range recorded(t) {
		spans := Spans(h, "")
		var b bytes.Buffer
		if err := Write(&b, "otlp", spans); err != nil {
			t.Fatal(err)
		}
		var file any
		if err := json.Unmarshal(b.Bytes(), &file); err != nil {
			t.Fatal(err)
		}
		if err := idsAsProtobuf(file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plain, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		var traces tracev1.TracesData
		if err := protojson.Unmarshal(plain, &traces); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		n := 0
		for _, r := range traces.ResourceSpans {
			if len(r.Resource.Attributes) != 1 || r.Resource.Attributes[0].Key != "service.name" || r.Resource.Attributes[0].Value.GetStringValue() == "" {
				t.Errorf("%s: a resource is %v", name, r.Resource)
			}
			for _, s := range r.ScopeSpans[0].Spans {
				n++
				if len(s.TraceId) != 16 || len(s.SpanId) != 8 || len(s.ParentSpanId)%8 != 0 || s.Name == "" ||
					s.StartTimeUnixNano == 0 || s.EndTimeUnixNano < s.StartTimeUnixNano || s.Kind != tracev1.Span_SPAN_KIND_INTERNAL {
					t.Fatalf("%s: a span is %v", name, s)
				}
				for _, l := range s.Links {
					if len(l.TraceId) != 16 || len(l.SpanId) != 8 {
						t.Fatalf("%s: a link is %v", name, l)
					}
				}
			}
		}
		if n != len(spans) || n == 0 {
			t.Errorf("%s: %d spans are read of %d", name, n, len(spans))
		}
	}
}

// idsAsProtobuf writes ids anew as protobuf's JSON has bytes.
func idsAsProtobuf(v any) error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := idsAsProtobuf(e); err != nil {
				return err
			}
		}
	case map[string]any:
		for key, e := range v {
			switch key {
			case "traceId", "spanId", "parentSpanId":
				text, _ := e.(string)
				id, err := hex.DecodeString(text)
				if err != nil {
					return fmt.Errorf("%s %v: %w", key, e, err)
				}
				v[key] = base64.StdEncoding.EncodeToString(id)
			default:
				if err := idsAsProtobuf(e); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
