# Prints benchmark results, then a table of the goals that they are about:
# go test -bench ... | awk -f goals.awk. The machine decides what is met; no
# test depends on it.
/^Benchmark/ {
	name = $1
	sub(/-[0-9]+$/, "", name)
	for (i = 3; i < NF; i += 2) figure[name, $(i + 1)] = $i
}
{ print }

function goal(what, name, unit, relation, limit, scale) {
	if (!((name, unit) in figure)) { row(what, "not measured", relation " " limit, "-"); return }
	verdict(what, figure[name, unit] * scale, relation, limit)
}

function verdict(what, value, relation, limit) {
	row(what, sprintf("%.3g", value), relation " " limit, (relation == "<" ? value < limit : relation == "<=" ? value <= limit : value >= limit) ? "met" : "MISSED")
}

function row(what, value, limit, met) { printf "%-78s %12s %8s  %s\n", what, value, limit, met }

END {
	million = "BenchmarkScale/1M_operations_of_10000_users"
	ten = "BenchmarkScale/10M_operations_of_10000_users"
	print ""
	row("goal", "measured", "want", "")
	goal("1M operations, 10,000 users: checking, s", million, "s-checking", "<", 2, 1)
	goal("1M operations, 10,000 users: peak memory, reading included, MiB", million, "peak-MiB", "<", 1024, 1)
	goal("1M operations, every property judged: checking, s", million ",_every_property", "s-checking", "<", 2, 1)
	if (((million, "ns/op") in figure) && ((ten, "ns/op") in figure))
		verdict("10M operations: reading and checking, times that of 1M", figure[ten, "ns/op"] / figure[million, "ns/op"], "<=", 12)
	else
		row("10M operations: reading and checking, times that of 1M", "not measured", "<= 12", "-")
	goal("exclusivity of 1M operations: times faster than porcupine with partitions", "BenchmarkAgainstPorcupine", "times-faster", ">=", 10, 1)
	goal("  the sweep alone", "BenchmarkAgainstPorcupine", "times-faster-sweep", ">=", 10, 1)
	goal("one user, 100,000 operations: checking, s", "BenchmarkHotUser/exclusivity_and_order", "ns/op", "<", 1, 1e-9)
	goal("one user, 100,000 operations, every property: checking, s", "BenchmarkHotUser/every_property", "ns/op", "<", 1, 1e-9)
	goal("50 unclear attempts of one user, legal: checking, s", "BenchmarkFiftyUnclear/legal", "ns/op", "<", 1, 1e-9)
	goal("50 unclear attempts of one user, with an overlap: checking, s", "BenchmarkFiftyUnclear/with_an_overlap", "ns/op", "<", 1, 1e-9)
	goal("reading a file: times a bare read through the fastest JSON library", "BenchmarkRead", "times-bare", "<=", 3, 1)
}
