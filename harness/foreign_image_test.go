package harness

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"turnstile/harness/system"
)

func TestTheImageOfASystemIsTheOneThatItsBuildNamesLast(t *testing.T) {
	for _, c := range []struct {
		name, build, image string
		want, says         string
	}{
		{name: "what is printed last", build: "echo step 1; echo orders:ab12", want: "orders:ab12"},
		{name: "with empty lines behind it", build: "printf 'sha256:ab12\\n\\n'", want: "sha256:ab12"},
		{name: "what is told beside it is none", build: "echo orders:ab12; echo done >&2", want: "orders:ab12"},
		{name: "where the manifest names one, whatever is printed", build: "echo all is well", image: "orders:7", want: "orders:7"},
		{name: "nothing printed names none", build: "true", says: "names no image"},
		{name: "nor does a sentence", build: "echo all is well", says: `"all is well", names no image`},
		{name: "one that fails made none", build: "echo orders:ab12; exit 3", says: "exit status 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := filepath.Join(t.TempDir(), "logs", "build.log")
			got, err := buildSystem(t.Context(), system.Manifest{Name: "orders", Image: c.image, Build: c.build, Folder: t.TempDir()}, log)
			if got != c.want || (err == nil) != (c.says == "") || err != nil && !(strings.Contains(err.Error(), c.says) && strings.Contains(err.Error(), log)) {
				t.Errorf("it is %q (%v), want %q, or an error that says %q", got, err, c.want, c.says)
			}
		})
	}
}

func TestWhatABuildSaysIsKept(t *testing.T) {
	folder, log := t.TempDir(), filepath.Join(t.TempDir(), "build.log")
	if _, err := buildSystem(t.Context(), system.Manifest{Build: "pwd >&2; echo orders:ab12", Folder: folder}, log); err != nil {
		t.Fatal(err)
	}
	if said, err := os.ReadFile(log); err != nil || string(said) != folder+"\norders:ab12\n" {
		t.Errorf("its log has %q (%v)", said, err)
	}
}
