package history

import (
	"os"
	"testing"

	"turnstile/checker/internal/draws"
)

func TestMain(m *testing.M) { os.Exit(draws.Main(m)) }
