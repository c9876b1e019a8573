package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"turnstile/checker/history/openfile"
	"turnstile/harness"
	"turnstile/harness/decide"
	"turnstile/harness/report"
)

func resultsCommand() *cobra.Command {
	var into []string
	var data string
	var recount bool
	c := &cobra.Command{
		Use:   "results [session folder]...",
		Short: "write what a session came to into documents",
		Long:  resultsLong(),
		Example: `  turnstile results runs/latest
  turnstile results runs/latest --into README.md --into suites/RESULTS.md
  turnstile results runs/20261126-104804.060 runs/20261126-110101.003 --into suites/VERSIONS.md
  turnstile results --into README.md`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && len(into) == 0 && data == "" {
				return fmt.Errorf("results takes the folders of sessions (runs/<time>), and none only with --into: see %s --help", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return results(cmd.OutOrStdout(), args, into, data, recount)
		},
	}
	c.Flags().StringArrayVar(&into, "into", nil, "a document whose tables are to be written anew; without it they are printed")
	c.Flags().StringVar(&data, "data", "", "the file with what turnstile decide rests on, of which odds and prices are to be written anew as far as the session has them")
	c.Flags().BoolVar(&recount, "recount", false, "count anew, from the sessions' histories, what faults did that were aimed at nobody, as this program counts it")
	return c
}

func resultsLong() string {
	var b strings.Builder
	b.WriteString("Write the tables of a session as Markdown, or of several together. In a document each stands between the lines\n\n  <!-- results: NAME -->\n  <!-- end of results -->\n\nA table that the session has nothing of stays as it is, and is told. Without a session those are written that are of the code alone. The tables:\n\n")
	for _, t := range report.Tables() {
		fmt.Fprintf(&b, "  %-12s %s\n", t.Name, t.What)
	}
	return strings.TrimRight(b.String(), "\n")
}

// placed finds a table's place in a document.
var placed = regexp.MustCompile(`(?s)(<!-- results: ([a-z]+) -->\n).*?(<!-- end of results -->)`)

// anyPlace is what begins or ends a place, well written or not.
var anyPlace = regexp.MustCompile(`<!-- *(?i:results:|end of results)[^\n]*?-->`)

// paired refuses a document in which a place has no end of its own: what stands
// between it and the next end would be written over.
func paired(path, text string) error {
	const begin, end = "<!-- results: NAME -->", "<!-- end of results -->"
	open := 0 // the line of the place that has no end yet
	for _, at := range anyPlace.FindAllStringIndex(text, -1) {
		line, mark := 1+strings.Count(text[:at[0]], "\n"), text[at[0]:at[1]]
		switch ends := mark == end; {
		case !ends && placed.FindString(mark+"\n"+end) == "":
			return fmt.Errorf("%s:%d: %s is no mark: write %s or %s", path, line, mark, begin, end)
		case !ends && open > 0:
			return fmt.Errorf("%s:%d: this place has no end: write %s before line %d", path, open, end, line)
		case ends && open == 0:
			return fmt.Errorf("%s:%d: this end has no beginning: write %s before it, or take it away", path, line, begin)
		case ends:
			open = 0
		default:
			open = line
		}
	}
	if open > 0 {
		return fmt.Errorf("%s:%d: this place has no end: write %s behind it", path, open, end)
	}
	return nil
}

func results(w io.Writer, folders, documents []string, data string, recount bool) (err error) {
	var all []*report.Summary
	for _, folder := range folders {
		s, err := report.ReadSummary(folder)
		if err == nil && recount {
			err = harness.Recount(folder, s)
		}
		if err != nil {
			return err
		}
		all = append(all, s)
	}
	s, err := report.Together(all) // nil: no session
	if err != nil {
		return err
	}
	if data != "" {
		if s == nil {
			return errors.New("--data takes figures from sessions: name their folders")
		}
		if err := renewData(w, s, data); err != nil {
			return err
		}
	}
	if len(documents) == 0 && data != "" {
		return nil
	}
	return written(w, s, documents, func(report.Table) bool { return true })
}

// written writes those tables of a session that are wanted into documents, or prints
// them where there is none.
func written(w io.Writer, s *report.Summary, documents []string, wanted func(report.Table) bool) (err error) {
	if len(documents) == 0 {
		for _, t := range report.Tables() {
			if text := t.Write(s); text != "" && wanted(t) {
				fmt.Fprintf(w, "<!-- results: %s -->\n%s<!-- end of results -->\n\n", t.Name, text)
			}
		}
		return nil
	}
	// All documents are made before the first is written: either all are new or none is.
	texts := make([]string, len(documents))
	for i, d := range documents {
		if texts[i], err = renewed(w, s, d); err != nil {
			return err
		}
	}
	for i, d := range documents {
		if err := report.WriteFile(d, []byte(texts[i])); err != nil {
			return err
		}
	}
	return nil
}

// renewData writes odds and prices anew, as far as the session has them.
func renewData(w io.Writer, s *report.Summary, path string) error {
	m, err := decide.ReadMeasuredFile(path)
	if err != nil {
		return err
	}
	if odds := report.OddsOf(s); len(odds.Arms) > 0 {
		m.Odds = odds
		fmt.Fprintf(w, "%s: odds\n", path)
	}
	if prices := report.PricesOf(s); len(prices.Arms) > 0 {
		m.Prices = prices
		fmt.Fprintf(w, "%s: prices\n", path)
	}
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		return err
	}
	return report.WriteFile(path, b.Bytes())
}

// renewed is the document with those tables anew that the session has.
func renewed(w io.Writer, s *report.Summary, path string) (string, error) {
	b, err := openfile.Read(path)
	if err != nil {
		return "", fmt.Errorf("%w: name a document that is there", err)
	}
	tables := report.Tables()
	if err := paired(path, string(b)); err != nil {
		return "", err
	}
	var errs []error
	n := 0
	out := placed.ReplaceAllStringFunc(string(b), func(old string) string {
		parts := placed.FindStringSubmatch(old)
		k := slices.IndexFunc(tables, func(t report.Table) bool { return t.Name == parts[2] })
		if k < 0 {
			errs = append(errs, fmt.Errorf("%s has a place for the table %q, which there is not: see turnstile results --help", path, parts[2]))
			return old
		}
		n++
		text := tables[k].Write(s)
		if text == "" {
			fmt.Fprintf(w, "%s: the session has nothing of %s, which stays as it is\n", path, parts[2])
			return old
		}
		fmt.Fprintf(w, "%s: %s\n", path, parts[2])
		return parts[1] + text + parts[3]
	})
	if n == 0 && len(errs) == 0 {
		errs = append(errs, fmt.Errorf("%s has no place for a table: put one between `<!-- results: NAME -->` and `<!-- end of results -->`", path))
	}
	return out, errors.Join(errs...)
}
