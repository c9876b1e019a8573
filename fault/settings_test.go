package fault

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestAWrongSettingIsNamedAsTheFileNamesIt gives every setting of every fault
// that is a number or a duration a value that makes no sense, by way of a
// schedule's file: whoever wrote the file knows the keys in it, and not the
// fields that they end up in.
func TestAWrongSettingIsNamedAsTheFileNamesIt(t *testing.T) {
	for _, name := range Names() {
		of := reflect.TypeOf(catalogue[name].zero)
		for i := range of.NumField() {
			key, _, _ := strings.Cut(of.Field(i).Tag.Get("yaml"), ",")
			wrong := wrongValues(of.Field(i).Type)
			mode := "shared"
			for _, m := range terms.Modes {
				if catalogue[name].ground.lacks(modeOf(mode)) {
					mode = m.Name
				}
			}
			for _, value := range wrong {
				refusedByName(t, fmt.Sprintf("mode: %s\nfaults:\n  - fault: %s\n    %s: %s\n", mode, name, key, value), key, value)
			}
		}
	}
	for _, c := range []struct {
		lines, key, value string
	}{
		{"faults:\n  - fault: kill\n    delay: %s\n", "delay", "-1s"},
		{"faults:\n  - fault: kill\n    delay: %s\n", "delay", "1000h0m0s"},
		{"faults:\n  - fault: kill\n    times: %s\n", "times", "-1"},
		{"faults:\n  - fault: kill\n    every: %s\n", "every", "-1s"},
		{"faults:\n  - fault: kill\n    when: {seen: drain, at_least: %s}\n", "at_least", "-1"},
		{"faults:\n  - fault: kill\n    when: {seen: drain, within: %s}\n", "within", "-1s"},
		{"workers: %s\nfaults:\n  - fault: kill\n", "workers", "-1"},
		{"brokers: %s\nfaults:\n  - fault: kill\n", "brokers", "-1"},
		{"bookies: %s\nfaults:\n  - fault: kill\n", "bookies", "-1"},
	} {
		refusedByName(t, "mode: shared\n"+fmt.Sprintf(c.lines, c.value), c.key, c.value)
	}
}

// wrongValues are those that no setting of the type may have.
func wrongValues(of reflect.Type) []string {
	switch {
	case of == reflect.TypeFor[time.Duration]():
		return []string{"-1s", "1000h0m0s"}
	case of.Kind() == reflect.Int:
		return []string{"-1"}
	}
	return nil
}

func refusedByName(t *testing.T, plan, key, value string) {
	t.Helper()
	_, err := ReadPlan(strings.NewReader(plan), "s.yaml", terms)
	if err == nil || !strings.Contains(err.Error(), key+" is "+value) || !strings.Contains(err.Error(), "give ") {
		t.Errorf("the schedule\n%sgot the error %v, want one that says %q and what to give", plan, err, key+" is "+value)
	}
}
