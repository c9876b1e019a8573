package system

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"

	"turnstile/checker/history/openfile"
	"turnstile/fault/yamlfile"
)

var manifestKind = yamlfile.Kind{Name: "manifest", Lines: `"name: my-system" and "image: my-image:1"`}

// ReadFile reads and checks a manifest.
func ReadFile(path string) (Manifest, error) {
	f, err := openfile.Open(path)
	if err != nil {
		return Manifest{}, fmt.Errorf("the manifest: %w: name the turnstile.yaml that describes your system", err)
	}
	defer f.Close()
	m, err := Read(f, path)
	if err != nil {
		return Manifest{}, err
	}
	m.Folder, err = filepath.Abs(filepath.Dir(path))
	return m, err
}

// Read reads and checks a manifest. Its error tells all that is wrong, each with
// the name of the source and the line.
func Read(r io.Reader, name string) (m Manifest, err error) {
	f, err := yamlfile.Read(r, name, manifestKind)
	if err != nil {
		return Manifest{}, err
	}
	if f.Decode(&m); f.Wrong() == 0 {
		m.check(f)
	}
	if err := f.Err(); err != nil {
		return Manifest{}, err
	}
	m.Replicas = cmp.Or(m.Replicas, defaultReplicas)
	m.Ready.Within = cmp.Or(m.Ready.Within, defaultWithin)
	m.Message.Key = cmp.Or(m.Message.Key, "{{.user}}")
	return m, nil
}
