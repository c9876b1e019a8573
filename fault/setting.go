package fault

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Setting is a row of the table of settings.
type Setting struct {
	Name    string // as schedules spell it
	Meaning string
	Default string
	Range   string // in words; empty: anything
	Where   string // what there must be in the mode for it to have a meaning; empty: nothing

	at       any // *int, *time.Duration, *bool, *string or *map[string]string, in a plan
	def      any
	within   func() bool
	ground   *ground
	ofLoad   bool   // zero is a value of it and not the default
	fewest   int    // of a number of things that there are, of which fewer is simpler
	counts   bool   // it is such a number
	recorded string // its name in the record
	variable string // its name in a worker's environment
}

func amount[T int | time.Duration](name string, at *T, def, least, most T) Setting {
	return Setting{
		Name: name, at: at, def: def, Default: fmt.Sprint(def), Range: fmt.Sprintf("%v to %v", least, most),
		within: func() bool { return least <= *at && *at <= most },
	}
}

func flag(name string, at *bool) Setting {
	return Setting{Name: name, at: at, def: false, Default: "false", within: func() bool { return true }}
}

func name(name string, at *string, def, among string) Setting {
	return Setting{Name: name, at: at, def: def, Default: def, Range: among, within: func() bool { return *at != "" }}
}

func word(name string, at *string, like *regexp.Regexp, kind string) Setting {
	return Setting{
		Name: name, at: at, def: "", Range: kind,
		within: func() bool { return *at == "" || like.MatchString(*at) },
	}
}

func words(name string, at *map[string]string) Setting {
	return Setting{Name: name, at: at, def: map[string]string(nil), Default: "{}", within: func() bool { return true }}
}

func choice(name string, at *string, of ...string) Setting {
	return Setting{Name: name, at: at, def: "", Default: "none", Range: strings.Join(of, " or "), within: func() bool { return slices.Contains(of, *at) }}
}

func (s Setting) means(what string) Setting   { s.Meaning = what; return s }
func (s Setting) in(g *ground) Setting        { s.Where, s.ground = g.words, g; return s }
func (s Setting) load() Setting               { s.ofLoad = true; return s }
func (s Setting) many(fewest int) Setting     { s.counts, s.fewest = true, fewest; return s }
func (s Setting) of(record string) Setting    { s.recorded = record; return s }
func (s Setting) env(variable string) Setting { s.variable = variable; return s }

func (s Setting) zero() bool {
	switch at := s.at.(type) {
	case *int:
		return *at == 0
	case *time.Duration:
		return *at == 0
	case *bool:
		return !*at
	case *string:
		return *at == ""
	case *map[string]string:
		return len(*at) == 0
	}
	panic(fmt.Sprintf("the setting %s is a %T", s.Name, s.at))
}

func (s Setting) reset() {
	switch at := s.at.(type) {
	case *int:
		*at = s.def.(int)
	case *time.Duration:
		*at = s.def.(time.Duration)
	case *string:
		*at = s.def.(string)
	}
}

func (s Setting) text() string {
	switch at := s.at.(type) {
	case *int:
		return fmt.Sprint(*at)
	case *time.Duration:
		return at.String()
	case *bool:
		return fmt.Sprint(*at)
	case *string:
		return *at
	case *map[string]string:
		var all []string
		for _, k := range slices.Sorted(maps.Keys(*at)) {
			all = append(all, k+": "+(*at)[k])
		}
		return "{" + strings.Join(all, ", ") + "}"
	}
	return ""
}

// brokerKey is how Pulsar names its settings, and brokerValue what fits a line
// of its file as it is.
var (
	brokerKey   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._]*$`)
	brokerValue = regexp.MustCompile(`^([!-\[\]-~]([ -\[\]-~]*[!-\[\]-~])?)?$`)
)

func (s Setting) check(m Traits) error {
	if s.ground.lacks(m) {
		return wrongSetting(s.Name, "%s has a meaning %s only, and the mode is %q: leave it out", s.Name, s.Where, m.Name)
	}
	if !s.within() {
		return wrongSetting(s.Name, "%s is %s: give %s, or leave it out", s.Name, s.text(), s.Range)
	}
	var errs []error
	if m, ok := s.at.(*map[string]string); ok {
		for _, k := range slices.Sorted(maps.Keys(*m)) {
			switch {
			case !brokerKey.MatchString(k):
				errs = append(errs, wrongSetting(s.Name, "%s: %q is no name of a setting of Pulsar's: give one as in broker.conf", s.Name, k))
			case !brokerValue.MatchString((*m)[k]):
				errs = append(errs, wrongSetting(s.Name, "%s: %s is %q: give printable characters in one line, without a backslash and without space around them", s.Name, k, (*m)[k]))
			case k == "brokerDeduplicationEnabled":
				errs = append(errs, wrongSetting(s.Name, "%s: %s is no_deduplication of a schedule: give that", s.Name, k))
			}
		}
	}
	return errors.Join(errs...)
}

// settingError is what is wrong with the setting of that name.
type settingError struct {
	name string
	error
}

func wrongSetting(name, format string, args ...any) error {
	return &settingError{name, fmt.Errorf(format, args...)}
}

func (e *settingError) Unwrap() error { return e.error }
