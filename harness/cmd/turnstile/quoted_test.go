package main

import (
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAShellTakesAQuotedNameForThatName(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("skipped: no shell is here")
	}
	rapid.Check(t, func(rt *rapid.T) {
		name := strings.ReplaceAll(rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("$`'\"\\;&|(){}<> \n*?a")))).Draw(rt, "name"), "\x00", "")
		out, err := exec.CommandContext(t.Context(), shell, "-c", "printf %s "+quoted(name)).Output()
		if err != nil || string(out) != name {
			rt.Fatalf("%q is quoted as %s, which a shell takes for %q (%v)", name, quoted(name), out, err)
		}
	})
}
