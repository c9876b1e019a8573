package system

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"turnstile/fixtures/orchestrator/journey"
	"turnstile/fixtures/orchestrator/mode"
)

const plain = `name: orders
image: orders:7
environment: {PULSAR: "{{.pulsar}}", TOPIC: "{{.topic}}", SUB: "{{.subscription}}", SMS: "{{.gateway}}", STORE: "{{.redis_host}}"}
modes: {keyshared: {}, lock: {LOCKS: "on"}}
message: {body: '{"id": "{{.event}}", "who": "{{.user}}"}'}
downstream: {user: json /to}
redis: {state: ["cust:{user}:state"]}
`

func read(t *testing.T, text string) Manifest {
	t.Helper()
	m, err := Read(strings.NewReader(text), "m.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAManifestIsReadWithItsDefaults(t *testing.T) {
	m := read(t, plain)
	if m.Name != "orders" || m.Replicas != 3 || m.Ready.Within != time.Minute || m.Message.Key != "{{.user}}" {
		t.Errorf("read %+v", m)
	}
	if modes := m.ModesInOrder(); len(modes) != 2 || modes[0] != mode.Lock || modes[1] != mode.KeyShared {
		t.Errorf("the modes are %v", modes)
	}
	c, err := m.Container(mode.Lock, samples(Values))
	if err != nil || c.Environment["PULSAR"] != "pulsar://tap:20001" || c.Environment["LOCKS"] != "on" || c.Environment["STORE"] != "tap" {
		t.Errorf("the container is %+v (%v)", c, err)
	}
	if m.Variables(mode.KeyShared)["LOCKS"] != "" {
		t.Error("what is set in one mode is set in another")
	}
}

func TestMarksAreReadAsTheDownstreamDoes(t *testing.T) {
	if m := read(t, plain); m.Marked() || m.Calls().Marks != nil {
		t.Errorf("marks nobody spoke of: %+v", m.Marks)
	}
	m := read(t, plain+`marks: {begin: "POST /begin", end: "POST /end", user: json /who, event: json /id}`+"\n")
	if marks := m.Calls().Marks; marks == nil || marks.Begin != "POST /begin" || marks.Event != "json /id" {
		t.Errorf("the downstream reads %+v", marks)
	}
}

func TestAMessageIsMadeAsTheSystemUnderstandsIt(t *testing.T) {
	m := read(t, strings.Replace(plain, "message: {", `message: {key: "c-{{.user}}", properties: {kind: "{{ .type }}"}, types: {purchased: PAID}, `, 1))
	p, err := m.Message.Publish(journey.Event{ID: "u1-4", User: "u1", Type: journey.Purchased}, 4)
	if err != nil || p.Key != "c-u1" || p.Body != `{"id": "u1-4", "who": "u1"}` || p.Properties["kind"] != "PAID" {
		t.Errorf("published %+v (%v)", p, err)
	}
	if _, ok := m.Message.Word(journey.Campaign); ok {
		t.Error("a kind of event that the manifest does not name would be published")
	}
}

func TestWhatIsWrongWithAManifestIsToldWithItsLine(t *testing.T) {
	for _, c := range []struct{ name, was, is, says string }{
		{"marks that are one call", "downstream:", "marks: {begin: POST /a, end: POST /a, user: json /to, event: json /e}\ndownstream:", "m.yaml:6: marks: begin and end are the same call"},
		{"marks without a user", "downstream:", "marks: {begin: POST /a, end: POST /b, event: json /e}\ndownstream:", "m.yaml:6: marks: user is missing"},
		{"a script that does who knows what", `["cust:{user}:state"]`, `["cust:{user}:state"], scripts: [{script: ab}]`, "m.yaml:7: redis.scripts[1].does: it is missing: say what the script does"},
		{"a script that does what there is not", `["cust:{user}:state"]`, `["cust:{user}:state"], scripts: [{does: wipe}]`, `redis.scripts[1].does: "wipe": give read, write or nothing`},
		{"the answer of a script that writes nothing", `["cust:{user}:state"]`, `["cust:{user}:state"], scripts: [{does: read, done: 1}]`, "redis.scripts[1].done: it is of a script that writes"},
		{"a key of two users", `["cust:{user}:state"]`, `["cust:{user}:state"], scripts: [{does: read, key: "{user}{user}"}]`, "redis.scripts[1].key: "},
		{"an empty file", plain, "", "m.yaml:1: this is no manifest"},
		{"a list", plain, "- a\n", "m.yaml:1: this is no manifest"},
		{"no YAML", "name: orders", "name: [", "m.yaml:1: this is no YAML: a bracket is not closed"},
		{"two documents", "redis:", "---\nredis:", "m.yaml:7: a second document"},
		{"a key that there is not", "image:", "imagge:", "m.yaml:2: there is no key imagge: there are name, image"},
		{"a key within another", "user: json", "usr: json", "m.yaml:6: there is no key downstream.usr"},
		{"a key twice", "image: orders:7", "image: a\nimage: b", "m.yaml:3: image is there twice: leave one out"},
		{"an alias", "image: orders:7", "image: &a orders:7", "m.yaml:2: image: anchors and aliases are not read"},
		{"a list where a value stands", "image: orders:7", "image: [a]", "m.yaml:2: image: give one value"},
		{"a value where a list stands", `["cust:{user}:state"]`, "cust", "m.yaml:7: redis.state: give a list"},
		{"a value where keys stand", "{user: json /to}", "json", "m.yaml:6: downstream: give keys and values"},
		{"a word where a number stands", "image:", "replicas: many\nimage:", `m.yaml:2: replicas is "many": give a whole number`},
		{"no name", "name: orders", "name: Or ders", `m.yaml:1: name: "Or ders": give a short name`},
		{"no image", "image: orders:7\n", "", "image: it is missing"},
		{"too many replicas", "image:", "replicas: 99\nimage:", "m.yaml:2: replicas: 99: give 1 to 32"},
		{"no mode", "modes: {keyshared: {}, lock: {LOCKS: \"on\"}}\n", "", "modes: it names none"},
		{"a mode that there is not", "keyshared: {}", "exclusive: {}", "m.yaml:4: modes.exclusive: there is no such mode"},
		{"a place that there is not", "{{.pulsar}}", "{{.pulser}}", `environment.PULSAR: "{{.pulser}}" is no place for a value: there are {{.dead_letters}}`},
		{"a place that does not end", "{{.pulsar}}", "{{.pulsar", "is no place for a value"},
		{"nothing of Pulsar", `"{{.pulsar}}"`, "x", "has {{.pulsar}}: without it the system does not consume"},
		{"nothing of the topic", `"{{.topic}}"`, "x", "has {{.topic}}"},
		{"nothing of the gateway", `"{{.gateway}}"`, "x", "has {{.gateway}}"},
		{"nothing of the subscription", `"{{.subscription}}"`, "x", "nothing has {{.subscription}}: pass it on"},
		{"no body", `'{"id": "{{.event}}", "who": "{{.user}}"}'`, "''", "message.body: it is missing"},
		{"a body that is no JSON", `"who": "`, `"who: "`, "makes no valid JSON"},
		{"a kind of event that there is not", "{body:", "{types: {bought: B}, body:", "message.types.bought: there is no such kind of event"},
		{"no kind of event that leads to a call", "{body:", "{types: {campaign: C}, body:", "message.types: it must have purchased"},
		{"no user in a call", "{user: json /to}", "{event: json /e}", "m.yaml:6: downstream: user is missing"},
		{"no place in a call", "json /to", "body.to", `"body.to" is no place in a call`},
		{"a key without a user", "cust:{user}:state", "cust:state", "m.yaml:7: redis.state: \"cust:state\""},
		{"no regular expression", "image:", "ready: {log: '('}\nimage:", "m.yaml:2: ready.log"},
		{"too long to be ready", "image:", "ready: {within: 3h}\nimage:", "m.yaml:2: ready.within: 3h0m0s: give up to 10m0s"},
		{"no replica", "image:", "replicas: 0\nimage:", "m.yaml:2: replicas: it is 0: give more, or leave it out"},
		{"no time to be ready", "image:", "ready: {within: 0s}\nimage:", "m.yaml:2: ready.within: it is 0"},
		{"replicas that the one reads as ten and the other as eight", "image:", "replicas: 010\nimage:", `m.yaml:2: replicas is "010": give a whole number without a zero before it`},
		{"less than no time for an answer", "image:", "promises: {gives_up_after: -1s}\nimage:", "m.yaml:2: promises.gives_up_after: -1s: give 0s or more"},
		{"a command without a program", "image:", "command: ['', x]\nimage:", "m.yaml:2: command: its first word is empty"},
		{"a variable with a value in its name", "PULSAR:", `"A=B": c, PULSAR:`, `m.yaml:3: environment: "A=B" is no name of a variable`},
		{"a variable without a name", "PULSAR:", `"": c, PULSAR:`, `m.yaml:3: environment: "" is no name of a variable`},
		{"a variable of a mode with a space in its name", "LOCKS:", "MY LOCKS:", `m.yaml:4: modes.lock: "MY LOCKS" is no name of a variable`},
		{"a word for an event that is empty", "{body:", "{types: {purchased: ''}, body:", "m.yaml:5: message.types.purchased: it is empty"},
		{"a key with a space", "cust:{user}:state", "cust {user}", `m.yaml:7: redis.state: "cust {user}": a key has no space in it`},
		{"a key of a state and of a lock", `["cust:{user}:state"]`, `["a:{user}"], lock: ["a:{user}"]`, `m.yaml:7: redis.lock: "a:{user}" is under redis.state already`},
		{"an other key that is empty", `["cust:{user}:state"]`, `["a:{user}"], other: [""]`, "m.yaml:7: redis.other: one is empty"},
		{"a file that is the root", "image:", "files: {/: x}\nimage:", "m.yaml:2: files./: give the file's whole path"},
		{"a pointer with an escape that there is not", "json /to", "json /a~2b", `m.yaml:6: downstream: user: "json /a~2b": in a JSON pointer ~ stands only in ~0 and ~1`},
		{"a method in small letters", "{user: json /to}", "{user: json /to, ignore: [get /health]}", `m.yaml:6: downstream: ignore: "get /health" is no call`},
		{"an answer of no type", "{user: json /to}", `{user: json /to, answer: {type: "a\nb"}}`, `m.yaml:6: downstream: answer: the type "a\nb"`},
		{"a file without its path", "image:", "files: {app.yaml: x}\nimage:", "m.yaml:2: files.app.yaml: give the file's whole path"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(plain, c.was) {
				t.Fatalf("%q is not in the manifest", c.was)
			}
			_, err := Read(strings.NewReader(strings.Replace(plain, c.was, c.is, 1)), "m.yaml")
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("said %v, want %q", err, c.says)
			}
		})
	}
}

func TestAllThatIsWrongIsToldAtOnce(t *testing.T) {
	_, err := Read(strings.NewReader(strings.NewReplacer("orders:7", "''", "json /to", "to").Replace(plain)), "m.yaml")
	if err == nil || !strings.Contains(err.Error(), "image: it is missing") || !strings.Contains(err.Error(), "no place in a call") {
		t.Errorf("said %v", err)
	}
}

func TestAManifestThatIsNotThereIsToldByName(t *testing.T) {
	if _, err := ReadFile(t.TempDir() + "/turnstile.yaml"); err == nil || !strings.Contains(err.Error(), "name the turnstile.yaml") {
		t.Errorf("said %v", err)
	}
}

func TestWhoseAKeyIs(t *testing.T) {
	for _, c := range []struct{ pattern, key, user string }{
		{"state:{user}", "state:u1", "u1"},
		{"{user}", "u1", "u1"},
		{"a{user}b", "au1b", "u1"},
		{"a{user}b", "ab", ""},
		{"aa{user}aa", "aaa", ""},
		{"state:{user}", "lock:u1", ""},
		{"state", "state", ""},
	} {
		if got := UserOf(c.pattern, c.key); got != c.user {
			t.Errorf("the key %q is, by %q, of %q, want %q", c.key, c.pattern, got, c.user)
		}
	}
}

func TestAKeyMadeOfAPatternIsItsUsers(t *testing.T) {
	text := rapid.StringMatching(`[a-z:{}*]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		before, after, user := text.Draw(t, "before"), text.Draw(t, "after"), rapid.StringMatching(`[a-z0-9]{1,8}`).Draw(t, "user")
		if strings.Contains(before+TheUser+after, TheUser) && strings.Count(before+TheUser+after, TheUser) == 1 {
			if got := UserOf(before+TheUser+after, before+user+after); got != user {
				t.Fatalf("it is of %q, want %q", got, user)
			}
		}
	})
}

var update = flag.Bool("update", os.Getenv("UPDATE") != "", "write the schema anew")

const schemaFile = "turnstile.schema.json"

func TestTheSchemaIsThatOfTheTypes(t *testing.T) {
	want, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(schemaFile); err != nil || string(got) != string(want) {
		t.Errorf("%s is not up to date (%v): UPDATE=1 go test ./harness/system -run Schema", schemaFile, err)
	}
}

func TestTheManifestInTheManualIsGood(t *testing.T) {
	b, err := os.ReadFile("../../fixtures/systems/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(b), "```yaml\n")
	text, _, found := strings.Cut(after, "```")
	if !found {
		t.Fatal("it shows none")
	}
	m := read(t, text)
	if word, ok := m.Message.Word(journey.Purchased); m.Name != "letters" || !ok || word != "order" {
		t.Errorf("it is read as %+v", m)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(plain)
	f.Add("name: a\nmodes: {shared: }\n? [a]\n: b\n<<: *x\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Read(strings.NewReader(text), "m.yaml")
		if err != nil {
			return
		}
		for _, of := range m.ModesInOrder() {
			if _, err := m.Container(of, samples(Values)); err != nil {
				t.Errorf("it was taken, and its container cannot be made: %v", err)
			}
		}
		if _, err := m.Message.Publish(journey.Event{ID: "e", User: "u", Type: journey.Purchased}, 1); err != nil {
			t.Errorf("it was taken, and its message cannot be made: %v", err)
		}
	})
}
