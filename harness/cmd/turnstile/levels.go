package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"turnstile/checker"
	"turnstile/checker/levels"
	"turnstile/harness/report"
)

type levelsOptions struct {
	level   int
	mapping string
	json    bool
	memory  memory
}

func levelsCommand(code *int) *cobra.Command {
	o := levelsOptions{memory: usualMemory()}
	cmd := &cobra.Command{
		Use:   "levels <run folder | history.jsonl | history.jsonl.gz>",
		Short: "judge a recorded history by what can be seen from outside alone",
		Long: `Judge a recorded history by what can be seen of the system from outside alone: level 0 sees what reaches
the downstream, 1 also the commands to Redis, 2 also the frames of Pulsar (where workers' links were observers,
the setting worker.links=tap), 3 also marks, for which a worker's own enters and exits stand. What a level
cannot tell is unknown, with the level that would.

Exit codes as of check: 0 every property holds, 1 some is refuted, 2 some is unknown, 3 some is vacuous, 64 wrong use.`,
		Example: "  turnstile levels runs/latest/keyshared-a-tap-and-no-fault-42 --level 2\n  turnstile levels history.jsonl.gz --mapping mapping.json --json",
		Args:    oneInput,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := o.judge(args[0], cmd.OutOrStdout())
			*code = c
			return err
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.level, "level", int(levels.Marks), "the highest level to judge by, 0 to 3")
	f.StringVar(&o.mapping, "mapping", "", "a JSON file that says how the system uses Redis (keys: state, others, commands, reads_first, names_event, one_at_a_time, answers_after_ns, gives_up_after_ns); default: as the run's manifest said, or else as this project's own orchestrator does")
	f.BoolVar(&o.json, "json", false, "print the result as JSON: that of check, with the level beside each verdict")
	o.memory.flag(f)
	return cmd
}

func (o *levelsOptions) judge(arg string, stdout io.Writer) (int, error) {
	level := levels.Level(o.level)
	if err := level.Valid(); err != nil {
		return 0, fmt.Errorf("--level: %w", err)
	}
	type judged struct {
		in *input
		r  *levels.Result
	}
	j, err := within(o.memory, func() (judged, error) {
		in, err := open(arg)
		if err != nil {
			return judged{}, err
		}
		m, ofSystem := levels.Reference(in.events), in.mapping()
		switch {
		case o.mapping != "":
			m, err = mappingFrom(o.mapping)
		case ofSystem != "":
			m, err = mappingFrom(ofSystem)
			if !m.Marked { // nobody was to mark anything
				level = min(level, levels.Broker)
			}
		}
		if err != nil {
			return judged{}, fmt.Errorf("the mapping: %w", err)
		}
		return judged{in, levels.Check(in.events, m, level)}, nil
	})
	if err != nil {
		return 0, err
	}
	var verdicts []checker.PropertyVerdict
	for _, v := range j.r.Verdicts {
		verdicts = append(verdicts, v.PropertyVerdict)
	}
	if o.json {
		b, err := json.MarshalIndent(j.r, "", "  ")
		if err != nil {
			return 0, err
		}
		_, err = stdout.Write(append(b, '\n'))
		return exitCode(verdicts), err
	}
	if _, err := io.WriteString(stdout, j.in.heading()+"\n"); err != nil {
		return 0, err
	}
	return exitCode(verdicts), report.WriteLevels(stdout, j.r)
}

// mappingFrom reads a mapping, which must mean something and say nothing unknown.
func mappingFrom(path string) (levels.Mapping, error) {
	b, err := readRegular(path)
	if err != nil {
		return levels.Mapping{}, err
	}
	m, err := levels.ReadMapping(bytes.NewReader(b))
	if err != nil {
		return m, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}
