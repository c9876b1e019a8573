package harness

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"turnstile/harness/system"
)

// buildLimit bounds the making of a system's image.
const buildLimit = 15 * time.Minute

// builds are the images that were made in this session, by folder and command.
type builds struct {
	mu   sync.Mutex
	made map[string]string
}

// withImage sees to it that the engine has a system's image, and returns the system
// with its name. Where the manifest says how it is made, it is made once a session,
// whether there is one already or not: its sources may have changed.
func (p *Pool) withImage(ctx context.Context, m system.Manifest, folder string) (*system.Manifest, error) {
	ctx, cancel := context.WithTimeout(ctx, buildLimit)
	defer cancel()
	p.builds.mu.Lock()
	defer p.builds.mu.Unlock()
	made := m.Folder + "\x00" + m.Build
	if image, ok := p.builds.made[made]; ok && m.Build != "" {
		m.Image = image
		return &m, nil
	}
	log := filepath.Join(folder, "logs", "build-"+m.Name+".log")
	if m.Build != "" {
		image, err := buildSystem(ctx, m, log)
		if err != nil {
			return nil, err
		}
		m.Image = image
	}
	has, err := p.engine.HasImage(ctx, m.Image)
	switch {
	case err != nil:
		return nil, err
	case !has && m.Build != "":
		return nil, fmt.Errorf("%q ended well in %s, and the engine has no image %s all the same: let it make that one, or correct the manifest's image (what it said is in %s)", m.Build, m.Folder, m.Image, log)
	case !has:
		if err := p.engine.Pull(ctx, m.Image, buildLimit); err != nil {
			return nil, fmt.Errorf("there is no image %s of the system %s, and it cannot be pulled: %w: build it, correct its name (image), or give the manifest the command that builds it (build)", m.Image, m.Name, err)
		}
	default:
		if p.builds.made == nil {
			p.builds.made = map[string]string{}
		}
		p.builds.made[made] = m.Image
	}
	return &m, nil
}

// buildSystem runs the manifest's command, with what it says in a log, and returns
// the image that the manifest names, or that the command printed last.
func buildSystem(ctx context.Context, m system.Manifest, log string) (image string, err error) {
	if err := os.MkdirAll(filepath.Dir(log), 0o755); err != nil {
		return "", err
	}
	out, err := os.Create(log)
	if err != nil {
		return "", err
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, "sh", "-c", m.Build)
	cmd.Dir, cmd.Stdout, cmd.Stderr = m.Folder, io.MultiWriter(out, &said), out
	cmd.WaitDelay = time.Second // a child that it left may keep its output open
	if err := errors.Join(cmd.Run(), out.Close()); err != nil {
		return "", fmt.Errorf("making the image of the system %s by %q in %s: %w: what it said is in %s", m.Name, m.Build, m.Folder, err, log)
	}
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	image = cmp.Or(m.Image, strings.TrimSpace(lines[len(lines)-1]))
	if image == "" || strings.ContainsAny(image, " \t") {
		return "", fmt.Errorf("%q ended well in %s, and its last line of output, %q, names no image: let it print the image's name or id last, as docker build -q does, or name it in the manifest (image); what it said is in %s", m.Build, m.Folder, image, log)
	}
	return image, nil
}
