# Reads the list of survivors that stay (checker/testdata/survivors.tsv), then gremlins' lines; prints the score and
# what survived. A mutant's name in the list outlives changes elsewhere in its file: the function that it is in, and
# its line with the token that is changed in brackets.
BEGIN { FS = OFS = "\t" }

FILENAME == ARGV[1] {
	if (/^#/ || NF == 0) next
	if (NF != 6 || $1 !~ /^(equivalent|unobservable|open)$/) {
		printf "mutate: %s:%d: not: equivalent|unobservable|open, file, function, mutator, line, reason, with tabs between\n", FILENAME, FNR > "/dev/stderr"
		exit bad = 1
	}
	listed[$2, $3, $4, $5] = $1
	name[$2, $3, $4, $5] = $2 ": " $3 ": " $4 ": " $5
	of[$2, $3, $4, $5] = $2
	next
}

match($0, /(KILLED|LIVED|TIMED OUT|NOT COVERED|NOT VIABLE|SKIPPED) [A-Z_]+ at .+:[0-9]+:[0-9]+$/) {
	text = substr($0, RSTART)
	at = index(text, " at ")
	split(substr(text, at + 4), where, ":")
	status = mutator = substr(text, 1, at - 1)
	sub(/ [A-Z_]+$/, "", status)
	sub(/.* /, "", mutator)
	count[status]++
	if (status != "LIVED" && status != "NOT COVERED") next

	load(where[1])
	key = where[1] SUBSEP func_at[where[1], where[2]] SUBSEP mutator SUBSEP marked(lines[where[1], where[2]], where[3])
	seen[key] = 1
	if (key in listed) {
		kind[listed[key]]++
		if (listed[key] == "open") open_ones = open_ones "\n  " where[1] ":" where[2] ":" where[3] OFS substr(name[key], length(where[1]) + 3)
	} else {
		unlisted++
		split(key, k, SUBSEP)
		new = new "\n" k[1] OFS k[2] OFS k[3] OFS k[4] OFS "(line " where[2] ")"
	}
}

# load reads a file's lines, and of each the function that it is in.
function load(file,   n, line, name) {
	if (file in loaded) return
	loaded[file] = 1
	name = "-"
	while ((getline line < file) > 0) {
		n++
		if (line ~ /^func /) {
			name = line
			sub(/^func (\([^)]*\) )?/, "", name)
			sub(/[^A-Za-z0-9_].*/, "", name)
		} else if (line ~ /^(var|const|type) /) name = "-"
		lines[file, n] = line
		func_at[file, n] = name
	}
	close(file)
}

# marked returns a line without its indent, and in brackets the token at a column.
function marked(line, column,   rest, token) {
	rest = substr(line, column)
	if (match(rest, /^(break|continue|&\^=|<<=|>>=|&\^|<<|>>|&&|\|\||[-+*\/%&|^=!<>]=|\+\+|--|[-+*\/%&|^<>!])/)) token = substr(rest, 1, RLENGTH)
	line = substr(line, 1, column - 1) "⟦" token "⟧" substr(rest, length(token) + 1)
	gsub(/^[ \t]+|[ \t]+$/, "", line)
	gsub(/\t/, " ", line)
	return line
}

END {
	if (bad) exit 1
	caught = count["KILLED"] + count["TIMED OUT"]
	lived = count["LIVED"] + count["NOT COVERED"]
	none = kind["equivalent"] + kind["unobservable"]
	all = caught + lived - none
	if (all == 0) {
		print "mutate: no mutant to catch"
		exit 0
	}
	score = 100 * caught / all

	if (new != "") print "\nsurvivors that the list does not have (write the test, take away what is not needed, or list them with the reason):" new
	if (open_ones != "") print "\nsurvivors that are listed as open:" open_ones
	for (key in listed) if (index(" " whole, " " of[key] " ") && !(key in seen)) gone = gone "\n  " name[key]
	if (gone != "") print "\nlisted, but caught now or gone (take them out of the list):" gone

	printf "\nmutate: %.1f %% caught: %d of %d", score, caught, all
	if (count["TIMED OUT"] > 0) printf " (%d never ended)", count["TIMED OUT"]
	printf "; beside them %d listed as equivalent and %d as unobservable", kind["equivalent"], kind["unobservable"]
	printf "; %d did not compile\n", count["NOT VIABLE"]
	fflush() # before what goes to the other stream
	if (unlisted > 0) { printf "mutate: %d survivors are not in checker/testdata/survivors.tsv\n", unlisted > "/dev/stderr"; exit 1 }
	if (score < goal) { printf "mutate: the goal is %s %%\n", goal > "/dev/stderr"; exit 1 }
}
