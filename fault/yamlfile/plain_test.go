package yamlfile

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// plainly reads a shop as the library does by itself.
func plainly(text string) (s shop, err error) {
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	return s, d.Decode(&s)
}
