package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/harness/report"
)

type checkOptions struct {
	json       bool
	timeout    time.Duration
	memory     memory
	properties []string
	out        string
}

func checkCommand(code *int) *cobra.Command {
	o := checkOptions{memory: usualMemory()}
	cmd := &cobra.Command{
		Use:   "check <run folder | history.jsonl | history.jsonl.gz>",
		Short: "judge a recorded history again",
		Long: `Judge a recorded history again, by the history alone, as the run itself did.

Exit code 0: every property holds. 1: some property is refuted. 2: some is unknown, none refuted.
3: some is vacuous, none refuted or unknown. 64: wrong use, or the history cannot be read.
A history that needs more memory than --max-memory is not judged: every property is unknown.`,
		Example: "  turnstile check runs/latest/keyshared-no-fault-42\n  turnstile check history.jsonl.gz --property exclusivity --json",
		Args:    oneInput,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := o.check(args[0], cmd.OutOrStdout(), cmd.ErrOrStderr())
			*code = c
			return err
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "print the result as JSON, in the form of verdict.json")
	f.DurationVar(&o.timeout, "timeout", time.Minute, "how long the search for linearizations may take; what it does not finish is unknown")
	o.memory.flag(f)
	f.StringArrayVar(&o.properties, "property", nil, "print this property alone and let it alone decide the exit code; may be repeated")
	f.StringVar(&o.out, "out", "", "write verdict.json, violation.md and porcupine's pictures of what is refuted into this folder")
	return cmd
}

func (o *checkOptions) check(arg string, stdout, stderr io.Writer) (int, error) {
	if o.timeout <= 0 {
		return 0, fmt.Errorf("--timeout %s leaves no time: name a duration above 0, such as 1m", o.timeout)
	}
	asked, err := asked(o.properties)
	if err != nil {
		return 0, err
	}
	type judged struct {
		in   *input
		full *checker.Result
	}
	j, err := within(o.memory, func() (judged, error) {
		in, err := open(arg)
		if err != nil {
			return judged{}, err
		}
		return judged{in, checker.Check(in.events, checker.WithTimeout(o.timeout))}, nil
	})
	if tooMuch := (memoryError{}); errors.As(err, &tooMuch) {
		return exitUnknown, o.unjudged(arg, asked, tooMuch, stdout, stderr)
	}
	if err != nil {
		return 0, err
	}
	in, full := j.in, j.full
	r := only(asked, full)
	notes := in.compare(&r)
	if o.out != "" {
		written, err := in.write(o.out, full)
		if err != nil {
			return 0, err
		}
		notes = append(notes, written...)
	}
	if err := o.print(in, &r, notes, stdout, stderr); err != nil {
		return 0, fmt.Errorf("printing the result: %w", err)
	}
	return exitCode(r.Verdicts), nil
}

// only is a result without the properties that were not asked for.
func only(asked []checker.Property, r *checker.Result) checker.Result {
	out := *r
	out.Verdicts = slices.DeleteFunc(slices.Clone(r.Verdicts), func(v checker.PropertyVerdict) bool { return !slices.Contains(asked, v.Property) })
	return out
}

// unjudged prints that a history took too much memory to be judged.
func (o *checkOptions) unjudged(arg string, asked []checker.Property, why memoryError, stdout, stderr io.Writer) error {
	remedy := "give it more with --max-memory, or use a machine that has more"
	if o.out != "" {
		remedy += "; nothing is written to " + o.out
	}
	r := only(asked, checker.Unjudged("the history was not judged: "+why.Error()))
	if o.json {
		return o.print(nil, &r, []string{remedy}, stdout, stderr)
	}
	text := fmt.Sprintf("%s was not judged: %v\n\n", oneLine(arg), why)
	for _, v := range r.Verdicts {
		text += fmt.Sprintf("%-12s %s\n", v.Property, v.Verdict)
	}
	_, err := io.WriteString(stdout, text+"\n"+oneLine(remedy)+"\n")
	return err
}

// asked are the properties of those names, or all.
func asked(names []string) ([]checker.Property, error) {
	all := checker.Properties()
	if len(names) == 0 {
		return all, nil
	}
	var out []checker.Property
	for _, name := range names {
		if !slices.Contains(all, checker.Property(name)) {
			known := strings.Trim(fmt.Sprint(all), "[]")
			return nil, fmt.Errorf("--property %q is not known: use one of %s", name, strings.ReplaceAll(known, " ", ", "))
		}
		out = append(out, checker.Property(name))
	}
	return out, nil
}

func (o *checkOptions) print(in *input, r *checker.Result, notes []string, stdout, stderr io.Writer) error {
	if o.json {
		b, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		for _, n := range notes { // stdout is for a machine
			fmt.Fprintln(stderr, oneLine(n))
		}
		_, err = stdout.Write(append(b, '\n'))
		return err
	}
	if _, err := io.WriteString(stdout, in.heading()+"\n"); err != nil {
		return err
	}
	if err := report.WriteCheck(stdout, in.events, r); err != nil {
		return err
	}
	notes = append(notes, in.further(r, o.out == "")...)
	for i, n := range notes {
		notes[i] = oneLine(n)
	}
	if len(notes) > 0 {
		_, err := io.WriteString(stdout, "\n"+strings.Join(notes, "\n")+"\n")
		return err
	}
	return nil
}

// further says where to look into what was refuted.
func (in *input) further(r *checker.Result, unwritten bool) []string {
	var out []string
	refuted := false
	for _, v := range r.Verdicts {
		refuted = refuted || v.Verdict == checker.Refuted
		if v.Witness == nil || v.Witness.User == "" {
			continue
		}
		line := fmt.Sprintf("turnstile show %s --user %s", quoted(in.arg), quoted(v.Witness.User))
		if from, to, ok := in.extent(v.Witness); ok {
			line += fmt.Sprintf(" --from %d --to %d", from, to)
		}
		if line = "to see it happen: " + line; !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	if !refuted {
		return nil
	}
	var files []string
	for _, name := range []string{"violation.md", "porcupine.html", "porcupine-effects.html"} {
		path := filepath.Join(in.folder, name)
		if _, err := os.Stat(path); in.folder != "" && err == nil {
			files = append(files, path)
		}
	}
	switch {
	case len(files) > 0:
		out = append(out, "the run's own files: "+strings.Join(files, ", "))
	case unwritten:
		out = append(out, "for a bug report: turnstile check "+quoted(in.arg)+" --out <folder> writes violation.md and porcupine's pictures")
	}
	return out
}

// quoted is a word that a shell takes for nothing else: names are a history's,
// and a command that is proposed will be copied.
func quoted(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:@%+-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// extent is when a witness happened, in whole milliseconds since the history's
// first event, with a little before and after.
func (in *input) extent(w *checker.Witness) (from, to int64, ok bool) {
	const margin, ms = 50, 1_000_000
	first := in.events.Events[0]
	for i, a := range w.Attempts {
		if a.Domain != first.Domain {
			return 0, 0, false
		}
		enter, end := (a.Enter-first.T)/ms-margin, (a.End-first.T)/ms+margin
		if i == 0 {
			from, to = enter, end
		}
		from, to = min(from, enter), max(to, end)
	}
	return from, to, len(w.Attempts) > 0
}

// compare says how the verdict.json beside the history differs from the result,
// in the properties that the result has.
func (in *input) compare(r *checker.Result) []string {
	if in.folder == "" {
		return nil
	}
	path := filepath.Join(in.folder, "verdict.json")
	b, err := readRegular(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var saved checker.Result
	if err == nil {
		err = json.Unmarshal(b, &saved)
	}
	if err != nil {
		return []string{fmt.Sprintf("%s cannot be compared with: %v", path, err)}
	}
	if saved.HistorySHA256 != "" && saved.HistorySHA256 != r.HistorySHA256 {
		return []string{fmt.Sprintf("DIFFERS: %s judged another history than this: the SHA-256 of what it judged, unpacked, is %s, and here it is %s. One of the two was changed or exchanged since: copy both again from where the run wrote them",
			path, saved.HistorySHA256, r.HistorySHA256)}
	}
	if in.mapping() != "" { // its verdict.json is what levels say
		return []string{fmt.Sprintf("this is the run of a system that records nothing itself: turnstile levels %s judges it by what was seen of it", in.folder)}
	}
	var notes, details []string
	for _, v := range r.Verdicts {
		i := slices.IndexFunc(saved.Verdicts, func(s checker.PropertyVerdict) bool { return s.Property == v.Property })
		switch {
		case i < 0:
			notes = append(notes, fmt.Sprintf("%s does not judge %s: an older checker wrote it", path, v.Property))
		case saved.Verdicts[i].Verdict != v.Verdict:
			notes = append(notes, fmt.Sprintf("DIFFERS: %s says that %s is %s: %s", path, v.Property, saved.Verdicts[i].Verdict, saved.Verdicts[i].Reason))
		case !sameJSON(saved.Verdicts[i], v):
			details = append(details, string(v.Property))
		}
	}
	for _, v := range saved.Verdicts {
		if !slices.Contains(checker.Properties(), v.Property) {
			notes = append(notes, fmt.Sprintf("%s says that %s is %s, which this build does not judge: use the build that wrote it", path, v.Property, v.Verdict))
		}
	}
	if len(details) > 0 {
		notes = append(notes, fmt.Sprintf("%s has the same verdict with another reason, counts or witness for: %s (another version of the checker?)", path, strings.Join(details, ", ")))
	}
	if len(notes) == 0 {
		notes = []string{path + " says the same"}
	}
	if saved.HistorySHA256 == "" {
		notes = append(notes, path+" does not name the history that it judged: an older checker wrote it")
	}
	return notes
}

func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// write puts the result's files into a folder, as the harness does into the
// run's own, and says which.
func (in *input) write(folder string, r *checker.Result) ([]string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("--out: %w: name a folder that can be made", err)
	}
	if sameFolder(folder, filepath.Dir(in.path)) {
		return nil, fmt.Errorf("--out %s is where the history lies, whose own files are kept: name another folder", folder)
	}
	s, note := in.scenario(r)
	var notes []string
	if note != "" {
		notes = append(notes, note)
	}
	verdict, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, err
	}
	var violation bytes.Buffer
	if err := report.WriteViolation(&violation, s, r); err != nil {
		return nil, err
	}
	files := map[string][]byte{"verdict.json": []byte(history.VisibleText(string(verdict)) + "\n"), "violation.md": violation.Bytes()}
	names := []string{"verdict.json", "violation.md"}
	for _, p := range report.Pictures() {
		names = append(names, p.File)
		if w := r.Of(p.Property).Witness; w != nil {
			if files[p.File], err = drawn(in.events, w); err != nil {
				return nil, err
			}
		} else if err := os.Remove(filepath.Join(folder, p.File)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("--out: removing an earlier check's picture: %w", err)
		}
	}
	for _, name := range names {
		b, ok := files[name]
		if !ok {
			continue
		}
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			return nil, fmt.Errorf("--out: %w: name a folder that can be written to", err)
		}
		notes = append(notes, "written: "+path)
	}
	return notes, nil
}

func drawn(h *history.History, w *checker.Witness) ([]byte, error) {
	var b bytes.Buffer
	err := checker.WritePicture(&b, h, w)
	return b.Bytes(), err
}

func sameFolder(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}
