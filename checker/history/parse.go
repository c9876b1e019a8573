package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// What a line means is what encoding/json makes of it. It is read by a parser of
// the format's own, which goes over a line once, since no library for JSON
// refuses all that a reader of evidence must refuse: an unknown key, a key in
// another case or twice, a null. It also is the fastest that was measured. The
// differential tests hold it against encoding/json. A line that is not JSON is
// put to encoding/json, which tells what is wrong with it.

// errSyntax says that a line is not JSON.
var errSyntax = errors.New("invalid JSON")

// parser reads one line after another.
type parser struct {
	version int // of the file's format
	known   *shared
	b       []byte
	i       int
	scratch [2][]byte // what strings with escapes say: of an entry's key, and of any other
}

func newParser(version int) *parser { return &parser{version: version, known: newShared()} }

// line reads what can be judged of a line by itself.
func (p *parser) line(line []byte, e *Event) error {
	if len(line) >= MaxLine {
		return tooLong()
	}
	*e = Event{}
	p.b, p.i = line, 0
	err := p.event(e)
	if err == nil {
		if p.space(); p.i < len(p.b) {
			err = errSyntax
		}
	}
	if err != nil {
		var whole json.RawMessage
		if bad := json.Unmarshal(line, &whole); bad != nil {
			return fmt.Errorf("not an event: %w", bad)
		}
		if wrong := valueError(""); errors.As(err, &wrong) {
			return fmt.Errorf("not an event: the line %w", wrong)
		}
		return err
	}
	return judge(e)
}

// judge refuses an event whose time cannot be.
func judge(e *Event) error {
	if e.T < 0 || e.From < 0 || e.From > e.T {
		return fmt.Errorf("%s event with an impossible time (from %d to %d)", article(e.Kind), e.From, e.T)
	}
	if e.DelayNS < 0 {
		return fmt.Errorf("%s event with an impossible delay (%d ns)", article(e.Kind), e.DelayNS)
	}
	return nil
}

func (p *parser) event(e *Event) error {
	in := opened{keys: eventKeys}
	for {
		k, err := p.key(&in)
		if err != nil {
			return err
		}
		switch k {
		case noKey:
			return p.kind(e, &in)
		case keyT:
			e.T, err = p.int()
		case keyDomain:
			e.Domain, err = p.field(k, &in)
		case keySrc:
			e.Src, err = p.field(k, &in)
		case keySeq:
			e.Seq, err = p.uint()
		case keyKind:
			var kind string
			kind, err = p.field(k, &in)
			e.Kind = Kind(kind)
		case keyUser:
			e.User, err = p.field(k, &in)
		case keyEvent:
			e.Event, err = p.field(k, &in)
		case keyAttempt:
			e.Attempt, err = p.field(k, &in)
		case keyWorker:
			e.Worker, err = p.field(k, &in)
		case keyFrom:
			e.From, err = p.int()
		case keyOrdinal:
			e.Ordinal, err = p.int()
		case keyVersion:
			e.Version, err = p.int()
		case keyRedelivery:
			e.Redelivery, err = p.int()
		case keyText:
			e.Text, err = p.field(k, &in)
		case keyType:
			e.Type, err = p.field(k, &in)
		case keyFault:
			e.Fault, err = p.field(k, &in)
		case keyOutcome:
			e.Outcome, err = p.field(k, &in)
		case keyPeer:
			e.Peer, err = p.field(k, &in)
		case keyLo:
			e.Lo, err = p.int()
		case keyHi:
			e.Hi, err = p.int()
		case keyAt:
			e.At, err = p.int()
		case keyZoneMinutes:
			e.ZoneMinutes, err = p.int()
		case keyDelayNS:
			e.DelayNS, err = p.int()
		case keyBy:
			e.By, err = p.field(k, &in)
		case keyDetail:
			e.Detail, err = p.words()
		case keyEvidence:
			e.Evidence, err = p.evidence()
		case keyScenario:
			e.Scenario, err = p.scenario()
		}
		if err != nil {
			return in.wrap(k, err)
		}
	}
}

// kind holds an event against the row of its kind.
func (p *parser) kind(e *Event, in *opened) error {
	if err := in.complete("an event"); err != nil {
		return err
	}
	row := p.known.row(e.Kind)
	if row == nil {
		return fmt.Errorf("the kind %s is unknown", short([]byte(e.Kind)))
	}
	if row.since > p.version {
		return fmt.Errorf("the kind %q came with format version %d, and line 1 names version %d", e.Kind, row.since, p.version)
	}
	if row.requires&^in.said != 0 || in.there&^row.allows != 0 {
		return row.mismatch(in)
	}
	if row.by != byAnyone && row.by&observerOf(e.Src) == 0 {
		return fmt.Errorf("%s event recorded by %s: its observer is %s", article(e.Kind), short([]byte(e.Src)), row.by)
	}
	return nil
}

// mismatch says what an event lacks, or has and cannot have.
func (r *kindRow) mismatch(in *opened) error {
	if lacks := r.requires &^ in.said; lacks != 0 {
		name := in.list[lacks.first()].name
		if in.there.has(lacks.first()) {
			return fmt.Errorf("%s event whose %q is empty", article(r.kind), name)
		}
		return fmt.Errorf("%s event without %q", article(r.kind), name)
	}
	foreign := in.list[(in.there &^ r.allows).first()].name
	return fmt.Errorf("%s event with the key %q, which none of its kind has", article(r.kind), foreign)
}

// article is a kind with its article.
func article(k Kind) string {
	if strings.IndexByte("aeiou", k[0]) >= 0 {
		return "an " + string(k)
	}
	return "a " + string(k)
}

func (p *parser) evidence() ([]Evidence, error) {
	if !p.begins('[') {
		return nil, p.mistyped(shapeEvidence)
	}
	out := []Evidence{}
	for p.i++; ; p.i++ {
		if p.space(); len(out) == 0 && p.at(']') {
			p.i++
			return out, nil
		}
		e, err := p.oneEvidence()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
		if p.space(); p.at(']') {
			p.i++
			return out, nil
		}
		if !p.at(',') {
			return nil, errSyntax
		}
	}
}

func (p *parser) oneEvidence() (e Evidence, err error) {
	in := opened{keys: evidenceKeys}
	for {
		k, err := p.key(&in)
		if err != nil {
			return e, err
		}
		switch k {
		case noKey:
			return e, in.complete("evidence")
		case keyEvidenceName:
			e.Name, err = p.string()
		case keyEvidenceObserver:
			e.Observer, err = p.string()
		case keyEvidenceT:
			e.T, err = p.int()
		case keyEvidenceSeen:
			e.Seen, err = p.bool()
		case keyEvidenceDetail:
			e.Detail, err = p.string()
		}
		if err != nil {
			return e, in.wrap(k, err)
		}
	}
}

func (p *parser) scenario() (*Setup, error) {
	s, in := &Setup{}, opened{keys: scenarioKeys}
	for {
		k, err := p.key(&in)
		if err != nil {
			return nil, err
		}
		switch k {
		case noKey:
			return s, in.complete("a scenario")
		case keyScenarioName:
			s.Name, err = p.string()
		case keyScenarioMode:
			s.Mode, err = p.string()
		case keyScenarioGuard:
			s.Guard, err = p.string()
		case keyScenarioFault:
			s.Fault, err = p.string()
		case keyScenarioSeed:
			s.Seed, err = p.uint()
		case keyScenarioWorkers:
			s.Workers, err = p.small()
		case keyScenarioUsers:
			s.Users, err = p.small()
		case keyScenarioRequire:
			s.Require, err = p.require()
		case keyScenarioRecoverWithin:
			s.RecoverWithinNS, err = p.int()
		case keyScenarioSettings:
			s.Settings, err = p.words()
		}
		if err != nil {
			return nil, in.wrap(k, err)
		}
	}
}

func (p *parser) require() (r Require, err error) {
	in := opened{keys: requireKeys}
	for {
		k, err := p.key(&in)
		if err != nil {
			return r, err
		}
		switch k {
		case noKey:
			return r, in.complete("what a scenario requires")
		case keyRequireAttempts:
			r.Attempts, err = p.small()
		case keyRequireContended:
			r.Contended, err = p.small()
		case keyRequireHandovers:
			r.Handovers, err = p.small()
		case keyRequireRedeliveries:
			r.Redeliveries, err = p.small()
		case keyRequireFaultBites:
			r.FaultBites, err = p.bool()
		}
		if err != nil {
			return r, in.wrap(k, err)
		}
	}
}
