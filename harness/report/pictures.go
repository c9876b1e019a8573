package report

import "turnstile/checker"

// Picture is a page that [checker.WritePicture] draws of a refuted property's
// witness.
type Picture struct {
	Property checker.Property
	File     string // its name in the run's folder
	What     string // it shows
}

// Pictures lists the pages that a run's folder can have, the clearest first.
func Pictures() []Picture {
	return []Picture{
		{checker.Exclusivity, "porcupine.html", "the user's sections as operations on a mutex"},
		{checker.Effects, "porcupine-effects.html", "the user's attempts as operations on the journey's state"},
	}
}
