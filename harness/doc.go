// Package harness runs scenarios: it leases an environment, starts the
// gateway and the workers, offers load, follows the fault through its life,
// waits for quiet, collects what every observer recorded, has it checked, and
// writes the run folder.
//
// Everything is written before it is checked, and an error at any step still
// leaves in the folder whatever was recorded until then, with the output of
// the containers concerned.
package harness
