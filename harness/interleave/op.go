package interleave

import (
	"slices"
	"strings"
)

// Op is one step of somebody: what it does outside of its own process, between
// two moments at which it can be made to wait.
type Op struct {
	Name string // what it does, as a clause: "reads the state"
	Via  string // by what: "EVALSHA", "POST /send"; empty for what no wire carries

	// Reads and Writes are what it touches, by names that mean the same for all of
	// a merge's attempts. Whoever is not known to read only is taken to write.
	Reads, Writes []string
	// Enters: it begins a critical section.
	Enters bool
}

// The names of what is touched beside keys of Redis.
const (
	theGateway = "gateway" // the user's fence and keys at the gateway
	theBroker  = "broker " // and a message: its acknowledgement
	theLook    = "look"    // the order in which an onlooker sees texts and states change
	everything = "*"
)

// Independent reports whether two steps of different attempts that follow each
// other may change places without anybody, the judge included, being able to
// tell: statement 3 of the package's documentation.
func Independent(a, b Op) bool {
	if a.Enters || b.Enters {
		other := a
		if a.Enters {
			other = b
		}
		return other.Enters || onlyBroker(other)
	}
	return !clash(a.Writes, b.Writes) && !clash(a.Writes, b.Reads) && !clash(a.Reads, b.Writes)
}

func onlyBroker(o Op) bool {
	return len(o.Reads) == 0 && len(o.Writes) == 1 && strings.HasPrefix(o.Writes[0], theBroker)
}

func clash(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	return a[0] == everything || b[0] == everything || slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// redisOp is the step that a command is. prefix is that of the merge's keys.
func redisOp(prefix string, args []any) Op {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = text(a)
	}
	o := Op{Via: strings.ToUpper(words[0])}
	keys, known := keysOf(words)
	for i, k := range keys {
		rest, mine := strings.CutPrefix(k, prefix)
		if !mine {
			known = false
		}
		keys[i], _, _ = strings.Cut(rest, ":")
	}
	switch {
	case !known:
		o.Writes = []string{everything}
	case slices.Contains(readers, o.Via):
		o.Reads = keys
	default:
		o.Writes = keys
	}
	if slices.Contains(keys, "log") {
		o.Writes = append(o.Writes, theLook)
	}
	o.Name = nameOf(o.Via, keys)
	return o
}

// readers are the commands that are known to change nothing.
var readers = []string{"GET", "MGET", "HGET", "HMGET", "HGETALL", "EXISTS", "TTL", "PTTL", "STRLEN", "LLEN", "LRANGE", "SMEMBERS", "SISMEMBER", "XRANGE", "XLEN", "ZRANGE", "ZSCORE"}

// oneKey are the commands whose first argument is the only key.
var oneKey = append([]string{
	"SET", "SETNX", "SETEX", "PSETEX", "GETSET", "GETDEL", "INCR", "INCRBY", "DECR", "HSET", "HSETNX", "HINCRBY", "HDEL",
	"EXPIRE", "PEXPIRE", "PERSIST", "XADD", "SADD", "SREM", "ZADD", "ZREM", "RPUSH", "LPUSH", "LPOP", "RPOP", "LREM", "APPEND",
}, readers...)

// keysOf are the keys of a command; known is false where that cannot be told.
func keysOf(words []string) (keys []string, known bool) {
	switch name := strings.ToUpper(words[0]); {
	case name == "EVALSHA" || name == "EVAL" || name == "EVALSHA_RO" || name == "EVAL_RO":
		if len(words) < 3 {
			return nil, false
		}
		n := 0
		for _, c := range words[2] {
			n = 10*n + int(c-'0')
		}
		if n < 1 || 3+n > len(words) {
			return nil, false
		}
		return slices.Clone(words[3 : 3+n]), true
	case name == "DEL" || name == "UNLINK" || name == "MGET" || name == "EXISTS":
		return slices.Clone(words[1:]), len(words) > 1
	case slices.Contains(oneKey, name) && len(words) > 1:
		return []string{words[1]}, true
	}
	return nil, false
}

// nameOf says what a command does that touches those keys: what the reference
// orchestrator's do, by their keys, and the command itself of any other.
func nameOf(via string, keys []string) string {
	script := strings.HasPrefix(via, "EVAL")
	is := func(want ...string) bool { return script && slices.Equal(keys, want) }
	switch {
	case is("epoch"):
		return "takes an epoch"
	case is("state", "fence"), is("state", "fence", "intent"):
		return "reads the state"
	case is("intent", "fence"):
		return "writes what it intends"
	case is("state", "fence", "log"), is("state", "fence", "log", "intent"):
		return "writes the state"
	case is("lock", "epoch"):
		return "asks for the lock"
	case is("lock"):
		return "releases the lock"
	}
	return strings.TrimSpace(via + " " + strings.Join(keys, " "))
}
