package main

import (
	"compress/gzip"
	"context"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"turnstile/fixtures/dockertest"
	"turnstile/fixtures/pulsar/byhand"
)

const theSystem = "../../../fixtures/systems/python/turnstile.yaml"

// there are a cluster that was there already, and the arguments that name it.
func there(t *testing.T, brokers int) (c *byhand.Cluster, named []string) {
	t.Helper()
	_, image := dockertest.Pulsar(t)
	c = byhand.Start(t, image, brokers)
	return c, []string{"--system", theSystem, "--mode", "keyshared", "--pulsar", c.URL, "--admin", c.AdminURL, "--token-file", c.TokenFile, "--tls-ca", c.CAFile}
}

// session is the folder of a session, by what was said of its runs.
var session = regexp.MustCompile(`/\S*/runs/[0-9]{8}-[0-9]{6}\.[0-9]{3}`)

// noToken looks through all that a session left, and what it said.
func noToken(t *testing.T, c *byhand.Cluster, said string) {
	t.Helper()
	if strings.Contains(said, c.Token) {
		t.Error("it tells the token")
	}
	folder := session.FindString(said)
	if folder == "" {
		t.Fatalf("no run folder is named in %s", said)
	}
	files := 0
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		var r io.Reader = f
		if strings.HasSuffix(path, ".gz") {
			if r, err = gzip.NewReader(f); err != nil {
				return err
			}
		}
		b, err := io.ReadAll(r)
		if strings.Contains(string(b), c.Token) {
			t.Errorf("the token is in %s", path)
		}
		return err
	})
	if err != nil || files < 5 {
		t.Errorf("%d files are in %s: %v", files, folder, err)
	}
}

// asBefore compares what tenants and namespaces the cluster has with what it had.
func asBefore(t *testing.T, c *byhand.Cluster) (check func()) {
	t.Helper()
	look := func() string {
		_, all := c.Get("/admin/v2/tenants")
		_, in := c.Get("/admin/v2/namespaces/public")
		return all + " " + in
	}
	before := look()
	return func() {
		t.Helper()
		if after := look(); after != before {
			t.Errorf("the cluster has %s, and had %s", after, before)
		}
	}
}

func TestAClusterThatIsThereAlreadyIsTestedOn(t *testing.T) {
	c, named := there(t, 2)
	left := asBefore(t, c)
	code, out, errs := turnstile(append([]string{"verify", "--fault", "link-reset", "--fault", "transfer", "--may", "transfer"}, named...)...)
	if code > exitVacuous || errs != "" {
		t.Errorf("exit code %d, it says %s and\n%s", code, errs, out)
	}
	mustHave(t, out, "| link-reset |", "| transfer |", "✓ deliveries", "✓ acknowledgements")
	if n := strings.Count(out, "the fault bit: all of its evidence was seen"); n != 2 {
		t.Errorf("%d of 2 faults bit", n)
	}
	if strings.Contains(out, "the observers are blind") {
		t.Error("the observers are blind there")
	}
	t.Log(out)
	noToken(t, c, out)
	left()
}

func TestAClusterThatIsThereAlreadyIsToldByEachSystemWhoComes(t *testing.T) {
	c, named := there(t, 1)
	left := asBefore(t, c)
	manifests, err := filepath.Glob("../../../fixtures/systems/*/turnstile.yaml")
	if err != nil || len(manifests) < 3 {
		t.Fatalf("found %v (%v)", manifests, err)
	}
	for _, path := range manifests {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			code, out, errs := turnstile(append([]string{"doctor", "--system", path}, named[2:]...)...)
			if code != 0 || errs != "" {
				t.Errorf("exit code %d, it says %s and\n%s", code, errs, out)
			}
			mustHave(t, out, "✓ deliveries", "✓ acknowledgements")
			noToken(t, c, out)
			left()
		})
	}
}

func TestAClusterThatIsThereAlreadyIsLeftAsItWas(t *testing.T) {
	c, named := there(t, 1)
	c.Put("/admin/v2/namespaces/public/somebodys", "")
	left := asBefore(t, c)
	local := strings.Replace(c.URL, regexp.MustCompile(`[0-9.]+:`).FindString(c.URL), "127.0.0.1:", 1)
	silent := file(t, "turnstile.yaml", strings.Replace(text(t, theSystem), `  PULSAR_TOKEN_FILE: "{{.token_file}}"`+"\n", "", 1))
	for _, k := range []struct {
		name string
		args []string
		says []string
		ran  bool
	}{
		{"a namespace that is somebody's", append([]string{"verify", "--namespace", "public/somebodys"}, named...), []string{"public/somebodys is there already", "leave --namespace out"}, true},
		{"an address that is each container's own", append([]string{"verify", "--pulsar", local}, named[:4]...), []string{"the links, which are in a container", "do not get to the cluster", "localhost is each container itself"}, true},
		{"a fault that was not allowed", append([]string{"verify", "--fault", "topic-unload"}, named...), []string{"--may unload allows it"}, false},
		{"a system that does not say who it is", append([]string{"verify", "--system", silent}, named[2:]...), []string{"put {{.token_file}}"}, false},
	} {
		t.Run(k.name, func(t *testing.T) {
			args := k.args
			if len(args) < 10 {
				args = append(args, "--admin", c.AdminURL, "--token-file", c.TokenFile, "--tls-ca", c.CAFile)
			}
			code, out, errs := turnstile(args...)
			if code != exitUsage || strings.Count(errs, "\n") != 1 {
				t.Errorf("exit code %d, it says %s and %s", code, errs, out)
			}
			mustHave(t, errs, k.says...)
			if k.ran {
				noToken(t, c, errs+out)
			}
			left()
		})
	}
	t.Run("somebody who changes his mind", func(t *testing.T) {
		interrupted(t, c)
		left()
	})
	if code, _ := c.Get("/admin/v2/namespaces/public/somebodys"); code != http.StatusOK {
		t.Errorf("somebody's namespace is gone: %d", code)
	}
}

// interrupted is a verification that is called off once a run has its namespace.
func interrupted(t *testing.T, c *byhand.Cluster) {
	t.Helper()
	o := verifyOptions{systemOptions: systemOptions{manifest: theSystem, mode: "keyshared"}, faults: []string{"none"}}
	o.tokenFile, o.caFile, o.place.URL, o.place.Admin = c.TokenFile, c.CAFile, c.URL, c.AdminURL
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := o.verify(ctx, io.Discard)
		ended <- err
	}()
	made := regexp.MustCompile(`turnstile-[a-z0-9]+`)
	for {
		_, all := c.Get("/admin/v2/tenants")
		if tenant := made.FindString(all); tenant != "" {
			if _, in := c.Get("/admin/v2/namespaces/" + tenant); strings.Contains(in, tenant+"/") {
				break
			}
		}
		select {
		case err := <-ended:
			t.Fatalf("it ended before any run had a namespace: %v", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
	cancel()
	if err := <-ended; err == nil || strings.Contains(err.Error(), c.Token) || strings.Contains(err.Error(), "by hand") {
		t.Errorf("called off, it says %v", err)
	}
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
