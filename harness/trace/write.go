package trace

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// Formats are the names under which [Write] knows what it writes.
func Formats() []string { return []string{"otlp", "perfetto"} }

// Write writes spans in a format of [Formats].
func Write(w io.Writer, format string, spans []Span) error {
	var v any
	switch format {
	case "otlp":
		v = otlp(spans)
	case "perfetto":
		v = traceEvents(spans)
	default:
		return fmt.Errorf("there is no format %q of traces: take one of %v", format, Formats())
	}
	return json.NewEncoder(w).Encode(v)
}

// The parts of an ExportTraceServiceRequest that are needed, by the names of the
// OTLP specification. In its JSON ids are hexadecimal and times are strings.
type (
	otlpRequest struct {
		ResourceSpans []otlpResourceSpans `json:"resourceSpans"`
	}
	otlpResourceSpans struct {
		Resource   otlpResource     `json:"resource"`
		ScopeSpans []otlpScopeSpans `json:"scopeSpans"`
	}
	otlpResource struct {
		Attributes []otlpAttr `json:"attributes"`
	}
	otlpScopeSpans struct {
		Scope struct {
			Name string `json:"name"`
		} `json:"scope"`
		Spans []otlpSpan `json:"spans"`
	}
	otlpSpan struct {
		TraceID      string      `json:"traceId"`
		SpanID       string      `json:"spanId"`
		ParentSpanID string      `json:"parentSpanId,omitempty"`
		Name         string      `json:"name"`
		Kind         int         `json:"kind"`
		Start        string      `json:"startTimeUnixNano"`
		End          string      `json:"endTimeUnixNano"`
		Attributes   []otlpAttr  `json:"attributes,omitempty"`
		Links        []otlpLink  `json:"links,omitempty"`
		Status       *otlpStatus `json:"status,omitempty"`
	}
	otlpLink struct {
		TraceID string `json:"traceId"`
		SpanID  string `json:"spanId"`
	}
	otlpStatus struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	otlpAttr struct {
		Key   string `json:"key"`
		Value struct {
			StringValue string `json:"stringValue"`
		} `json:"value"`
	}
)

// Numbers of the specification.
const (
	otlpInternal = 1 // SPAN_KIND_INTERNAL
	otlpError    = 2 // STATUS_CODE_ERROR
)

func attribute(key, value string) (a otlpAttr) {
	a.Key, a.Value.StringValue = key, value
	return a
}

// otlp has the spans by service.
func otlp(spans []Span) otlpRequest {
	out := otlpRequest{ResourceSpans: []otlpResourceSpans{}}
	for _, service := range services(spans) {
		part := otlpScopeSpans{}
		part.Scope.Name = "turnstile"
		for _, s := range spans {
			if s.Service == service {
				part.Spans = append(part.Spans, otlpOf(s))
			}
		}
		out.ResourceSpans = append(out.ResourceSpans, otlpResourceSpans{
			Resource:   otlpResource{[]otlpAttr{attribute("service.name", service)}},
			ScopeSpans: []otlpScopeSpans{part},
		})
	}
	return out
}

func otlpOf(s Span) otlpSpan {
	o := otlpSpan{
		TraceID: hex.EncodeToString(s.Trace[:]), SpanID: hex.EncodeToString(s.ID[:]), Name: s.Name, Kind: otlpInternal,
		Start: strconv.FormatInt(s.From, 10), End: strconv.FormatInt(s.To, 10),
	}
	if s.Parent != [8]byte{} {
		o.ParentSpanID = hex.EncodeToString(s.Parent[:])
	}
	for _, a := range s.Attrs {
		o.Attributes = append(o.Attributes, attribute(a.Key, a.Value))
	}
	if s.Link != [8]byte{} {
		o.Links = []otlpLink{{o.TraceID, hex.EncodeToString(s.Link[:])}}
	}
	if s.Failed != "" {
		o.Status = &otlpStatus{otlpError, s.Failed}
	}
	return o
}

// traceEvent is one of the Trace Event Format. Spans of one trace and service nest
// under one id.
type traceEvent struct {
	Name  string            `json:"name"`
	Cat   string            `json:"cat,omitempty"`
	Ph    string            `json:"ph"`
	ID    string            `json:"id,omitempty"`
	PID   int               `json:"pid"`
	TID   int               `json:"tid"`
	TSUS  json.Number       `json:"ts,omitempty"` // microseconds
	Args  map[string]string `json:"args,omitempty"`
	order int64
}

func traceEvents(spans []Span) any {
	var all []traceEvent
	for i, service := range services(spans) {
		all = append(all, traceEvent{Name: "process_name", Ph: "M", PID: i + 1, Args: map[string]string{"name": service}})
		var part []traceEvent
		for _, s := range spans {
			if s.Service != service {
				continue
			}
			args := map[string]string{"trace": hex.EncodeToString(s.Trace[:])}
			for _, a := range s.Attrs {
				args[a.Key] = a.Value
			}
			if s.Failed != "" {
				args["failed"] = s.Failed
			}
			begin := traceEvent{Name: s.Name, Cat: service, Ph: "b", ID: hex.EncodeToString(s.Trace[:8]), PID: i + 1, TID: 1, TSUS: microseconds(s.From), Args: args, order: s.From}
			end := begin
			end.Ph, end.TSUS, end.Args, end.order = "e", microseconds(s.To), nil, s.To
			part = append(part, begin, end)
		}
		slices.SortStableFunc(part, func(a, b traceEvent) int { return cmp.Compare(a.order, b.order) })
		all = append(all, part...)
	}
	return map[string]any{"traceEvents": all, "displayTimeUnit": "ms"}
}

func microseconds(ns int64) json.Number { return json.Number(fmt.Sprintf("%d.%03d", ns/1000, ns%1000)) }

// services are in the order of their first spans.
func services(spans []Span) (all []string) {
	for _, s := range spans {
		if !slices.Contains(all, s.Service) {
			all = append(all, s.Service)
		}
	}
	return all
}
