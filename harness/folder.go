package harness

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// partsFolder is where a run's observers' own records are until it is judged.
const partsFolder = "parts"

func makeRunFolder(parent, name string, seed uint64) (string, error) {
	base := filepath.Join(parent, fmt.Sprintf("%s-%d", slug(name), seed))
	for n := 1; ; n++ {
		folder := base
		if n > 1 {
			folder = fmt.Sprintf("%s-%d", base, n)
		}
		err := os.MkdirAll(parent, 0o755)
		if err == nil {
			err = os.Mkdir(folder, 0o755)
		}
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err == nil {
			err = errors.Join(os.Mkdir(filepath.Join(folder, partsFolder), 0o755), os.Mkdir(filepath.Join(folder, "logs"), 0o755))
		}
		if err != nil {
			return "", fmt.Errorf("making the run folder: %w", err)
		}
		return folder, nil
	}
}

// slug makes a folder name of a scenario's name.
func slug(name string) string {
	f := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9')
	})
	all := strings.Join(f, "-")
	return strings.TrimRight(all[:min(len(all), maxSlug)], "-")
}

// maxSlug leaves room for the rest of a folder's name, of 255 bytes on most
// systems.
const maxSlug = 150
