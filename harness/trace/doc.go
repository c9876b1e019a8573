// Package trace tells a recorded run as spans, one trace for each event: from its
// publish through each delivery's handling, with the wait for the lock, the
// section and in it the read, each send and the write, to the acknowledgement.
// Handlings of the same event are linked, the later to the earlier. A fault is a
// trace of its own, so that it stands beside what it struck.
//
// The spans come from the record and not from the processes, so they cost a run
// nothing, and what no observer recorded is not in them: a span whose end is not
// on record ends with the last record of its handling, and says so.
//
// They are written as OTLP in JSON (OpenTelemetry Protocol 1.x, JSON Protobuf
// encoding), which Jaeger's user interface and collectors' OTLP/HTTP receivers
// read, or as trace events (Google's Trace Event Format), which Perfetto reads.
package trace
