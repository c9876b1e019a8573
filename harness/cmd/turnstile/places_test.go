package main

import (
	"os"
	"testing"
)

func TestADocumentWhosePlacesAreNotPairedIsLeftAsItIs(t *testing.T) {
	const begin, other, end = "<!-- results: properties -->\n", "<!-- results: modes -->\n", "<!-- end of results -->\n"
	for _, c := range []struct{ name, text, says string }{
		{"a place that another follows", "a\n" + begin + "mine\n" + other + end, "d.md:2: this place has no end: write <!-- end of results --> before line 4"},
		{"a last place without an end", begin + end + "a\n" + other + "mine\n", "d.md:4: this place has no end: write <!-- end of results --> behind it"},
		{"an only place without an end", begin + "mine\n", "d.md:1: this place has no end"},
		{"an end without a place", "mine\n" + end + begin + end, "d.md:2: this end has no beginning"},
		{"an end twice", begin + end + end, "d.md:3: this end has no beginning"},
		{"a name in capitals", begin + end + "<!-- results: Modes -->\n" + end, "d.md:3: <!-- results: Modes --> is no mark: write <!-- results: NAME --> or"},
		{"a place without a name", "<!-- results: -->\n" + end, "d.md:1: <!-- results: --> is no mark"},
		{"an end that is misspelt", begin + "mine\n<!-- End of results -->\n" + begin + end, "d.md:3: <!-- End of results --> is no mark"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := file(t, "d.md", c.text)
			code, out, errs := turnstile("results", "--into", path)
			if code != exitUsage || out != "" {
				t.Errorf("exit code %d, want %d; stdout %q", code, exitUsage, out)
			}
			mustHave(t, errs, c.says)
			if b, err := os.ReadFile(path); err != nil || string(b) != c.text {
				t.Errorf("it was written over: %q, %v", b, err)
			}
		})
	}
}
