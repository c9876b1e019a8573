package interleave

import (
	"strings"
	"testing"
)

func TestAServerThatIsNoAddressIsRefusedBeforeAnybodyIsCalled(t *testing.T) {
	for _, addr := range []string{"nonsense", "localhost", "localhost:", ":6379", "redis://localhost:6379", "a:b:c"} {
		t.Setenv(ServerVariable, addr)
		if _, _, err := StartServer(t.Context()); err == nil || !strings.Contains(err.Error(), ServerVariable+`="`+addr+`" is no address: give host:port`) {
			t.Errorf("%s: said %v", addr, err)
		}
	}
}
