package attack

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// How much to attack with, and where. The defaults are for the unit tests, and
// begin at the same seed each time, so that no test fails by chance; `make
// attack` asks for more, from a new seed.
var (
	worldDraws  = flag.Int("attack.worlds", 1000, "true worlds to draw")
	damageDraws = flag.Int("attack.damages", 500, "damaged files to draw")
	tamperDraws = flag.Int("attack.tamperings", 4, "files to draw for each kind of tampering")
	seed        = flag.Uint64("attack.seed", 1, "where the draws begin; 0: anywhere")
	onlyDamage  = flag.String("attack.damage", "", "the only kind of damage to draw")
	keepIn      = flag.String("attack.keep", filepath.Join(os.TempDir(), "turnstile-attack"), "folder for histories that were answered wrongly")
	survey      = flag.Bool("attack.survey", false, "go on after a wrong answer on a world, and keep the smallest of each kind")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano()) % 1_000_000_000
	}
	// What was asked for by a flag stays.
	asked := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { asked[f.Name] = true })
	if testing.Short() { // rapid draws fewer worlds by itself
		for name, n := range map[string]*int{"attack.damages": damageDraws, "attack.tamperings": tamperDraws} {
			if !asked[name] {
				*n /= 4
			}
		}
	}
	for name, value := range map[string]string{"rapid.checks": fmt.Sprint(*worldDraws), "rapid.seed": fmt.Sprint(*seed)} {
		if !asked[name] {
			if err := flag.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
	os.Exit(m.Run())
}

// say prints a line of the report, whether or not the test fails.
func say(format string, args ...any) { fmt.Printf("attack: "+format+"\n", args...) }
