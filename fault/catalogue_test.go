package fault

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

// catalogue is the table of all faults, as README.md has it.
func catalogue() string {
	var b strings.Builder
	b.WriteString("| fault | what it does | what that may lead to | settings | works only | weight when drawn |\n|---|---|---|---|---|---|\n")
	for _, d := range Descriptors() {
		var harms, settings []string
		for _, h := range d.Harms {
			harms = append(harms, string(h))
		}
		of := reflect.TypeOf(d.From)
		for i := range of.NumField() {
			key, _, _ := strings.Cut(of.Field(i).Tag.Get("yaml"), ",")
			if saidByNames(of, i) {
				continue
			}
			settings = append(settings, "`"+key+"`")
		}
		where := ""
		if d.where != nil {
			where = d.where.words
		}
		drawn := fmt.Sprint(d.Weight)
		if d.Undrawn != "" {
			drawn = "never: " + d.Undrawn
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", d.Name, d.Meaning, strings.Join(harms, "; "), strings.Join(settings, ", "), where, drawn)
	}
	return b.String()
}

// saidByNames reports whether what the field says is said by the fault's name.
func saidByNames(of reflect.Type, field int) bool {
	for _, d := range Descriptors() {
		if from := reflect.ValueOf(d.From); from.Type() == of && !from.Field(field).IsZero() {
			return true
		}
	}
	return false
}

// TestTheCatalogueIsThatOfTheDescriptors: with UPDATE=1 in the environment it
// writes the table that README.md has of them.
func TestTheCatalogueIsThatOfTheDescriptors(t *testing.T) {
	const file = "README.md"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, begins := strings.Cut(string(b), "<!-- catalogue: ")
	says, rest, said := strings.Cut(rest, "-->\n")
	got, tail, ends := strings.Cut(rest, "<!-- end of catalogue -->")
	if !begins || !said || !ends {
		t.Fatalf("%s has no place for the catalogue", file)
	}
	if got == catalogue() {
		return
	}
	if os.Getenv("UPDATE") == "" {
		t.Fatalf("%s has another catalogue than the descriptors: UPDATE=1 go test ./fault -run Catalogue writes it", file)
	}
	if err := os.WriteFile(file, []byte(head+"<!-- catalogue: "+says+"-->\n"+catalogue()+"<!-- end of catalogue -->"+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}
