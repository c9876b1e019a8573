package fault

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"golang.org/x/mod/semver"
)

// pulsarVersion is how a version of Pulsar is written.
var pulsarVersion = regexp.MustCompile(`^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}$`)

// Feature is something of Pulsar's that a fault needs, or that shows that it bit,
// and that not every version has.
type Feature struct {
	what  string
	since string // the first version that has it
}

var (
	namedUnload = Feature{"an unload that names the next owner", "3.0.0"}
	// Draining keys are of PIP-379, which is in the dispatcher of 4.0.
	drains = Feature{"keys that drain, in a KEY_SHARED dispatcher that says so", "4.0.0"}
)

// metricFeatures are what there must be in the version for a condition to be seen.
var metricFeatures = map[Metric]Feature{MetricDrain: drains}

// ErrLacks marks what the version of Pulsar has not got that a fault needs.
var ErrLacks = errors.New("this version of Pulsar lacks what the fault needs")

// missing says why the version has it not; nil if it has, or if no version is
// known.
func (f Feature) missing(version string) error {
	if version == "" || semver.Compare("v"+version, "v"+f.since) >= 0 {
		return nil
	}
	return fmt.Errorf("it needs %s, which Pulsar has since %s, and this is %s: use that version or a later one (%w)", f.what, f.since, version, ErrLacks)
}

// hasVersion refuses a step for which the version of Pulsar lacks something.
func (s Schedule) hasVersion(i int, on Stage) error {
	features := s[i].Fault.Spec().Needs().Features
	if s[i].When != nil {
		if f, some := metricFeatures[s[i].When.Seen]; some {
			features = append(slices.Clone(features), f)
		}
	}
	for _, f := range features {
		if err := f.missing(on.Pulsar); err != nil {
			return err
		}
	}
	return nil
}
