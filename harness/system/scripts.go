package system

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"turnstile/checker/history"
	"turnstile/checker/levels"
)

// Commands say what scripts do: first those that the manifest names, in its order, and
// then what is assumed of all others, that one that may write does.
func (r Redis) Commands() (all []levels.Command) {
	for _, s := range r.Scripts {
		all = append(all, levels.Command{Names: levels.Scripts, Script: s.Script, Key: s.Key, Access: s.Does, Done: s.Done})
	}
	return append(all, levels.Command{Names: levels.WritingScripts, Access: levels.Writes})
}

// ran is one script of those that a system had carried out.
type ran struct {
	levels.Use
	command  string
	times    int
	keyless  bool            // with no key at all, once at the least
	keys     map[string]bool // that it was given, by their patterns
	state    bool            // one of them is a state's
	answers  map[string]bool
	declared bool // the manifest says what it does
}

// scripts are those that were carried out, by their names.
type scripts struct {
	of      map[string]*ran
	waiting map[string]*ran // for an answer, by connection and request
	uses    func(*history.Event) levels.Use
	redis   Redis
}

func newScripts(r Redis) *scripts {
	return &scripts{of: map[string]*ran{}, waiting: map[string]*ran{}, redis: r, uses: levels.Mapping{State: r.State, Commands: r.Commands()}.Uses()}
}

// asked notes the script of a command, and says what the command does.
func (s *scripts) asked(e *history.Event) levels.Use {
	use := s.uses(e)
	if use.Script == "" {
		return use
	}
	r := s.of[use.Script]
	if r == nil {
		r = &ran{Use: use, command: strings.ToUpper(e.Detail["name"]), keys: map[string]bool{}, answers: map[string]bool{}}
		r.declared = use.By >= 0 && use.By < len(s.redis.Scripts)
		s.of[use.Script] = r
	}
	r.times++
	s.waiting[e.Detail["conn"]+" "+e.Detail["request"]] = r
	keys := strings.Fields(e.Detail["keys"])
	r.keyless = r.keyless || len(keys) == 0
	for _, key := range keys {
		pattern, state := s.redis.patternOf(key)
		r.keys[pattern] = true
		r.state = r.state || state
	}
	return use
}

// mostAnswers are how many different answers of a script are kept, and told.
const mostAnswers = 3

func (s *scripts) answered(e *history.Event) {
	at := e.Detail["conn"] + " " + e.Detail["request"]
	r := s.waiting[at]
	delete(s.waiting, at)
	if r == nil || e.Detail["reply"] == "-" || len(r.answers) == mostAnswers {
		return // an error is no answer of the script
	}
	text := e.Detail["text"]
	if e.Detail["reply"] == "nil" {
		text = levels.DoneNil
	}
	r.answers[fmt.Sprintf("%.40s", text)] = true
}

// patternOf is the manifest's pattern for a key, and whether it is of a state; the key
// itself where there is none.
func (r Redis) patternOf(key string) (pattern string, state bool) {
	ofUser := func(p string) bool { return UserOf(p, key) != "" }
	if i := slices.IndexFunc(r.State, ofUser); i >= 0 {
		return r.State[i], true
	}
	if i := slices.IndexFunc(r.Lock, ofUser); i >= 0 {
		return r.Lock[i], false
	}
	if i := slices.IndexFunc(r.Other, func(p string) bool { return like(p, key) }); i >= 0 {
		return r.Other[i], false
	}
	return key, false
}

// lines say of each script what it is taken to do.
func (s *scripts) lines() (all []Line) {
	for _, name := range slices.Sorted(maps.Keys(s.of)) {
		all = append(all, s.of[name].line(name))
	}
	return all
}

// shown is how much of a script's name is shown: enough to tell it by.
const shown = 8

func (r *ran) line(name string) Line {
	l := Line{Observer: "script " + name[:min(len(name), shown)], Sees: true, Optional: true}
	as := fmt.Sprintf("say so under redis: scripts, as in {script: %.8s, does: ", name)
	l.What = fmt.Sprintf("%s, %d times", r.command, r.times)
	if len(r.keys) > 0 {
		l.What += ", of " + strings.Join(slices.Sorted(maps.Keys(r.keys)), " and ")
	}
	switch {
	case r.declared:
		l.What += ", as the manifest says: " + string(r.Access)
	case r.keyless && r.Access == levels.Writes:
		l.Sees, l.Optional = false, false
		l.What += ": it was given no key, so nobody can tell whose state it is of"
		l.More = "give it the keys that it uses (KEYS); if they are no user's, " + as + "nothing}"
	case !r.state:
		l.What += ": it has the key of no state, so it is taken to do nothing to any, as one that gives a lock back"
	case r.Access == levels.Reads:
		l.What += ": it reads the state"
	default:
		l.What += ": it is taken to write the state"
		l.More = "if it only reads, " + as + "read}"
		if !r.done() {
			l.Sees = false
			l.What += "; whether it did, its answers do not say (" + strings.Join(slices.Sorted(maps.Keys(r.answers)), ", ") + ")"
			l.More = "name the answer by which it has written: under redis: scripts, as in " + fmt.Sprintf("{script: %.8s, does: write, done: 0}", name) + "; " + l.More
		}
	}
	return l
}

// done reports whether its answers say by themselves that it has written.
func (r *ran) done() bool {
	for text := range r.answers {
		if text != "OK" && text != "1" {
			return false
		}
	}
	return true
}
