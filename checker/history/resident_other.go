//go:build !linux

package history

func inLargePages([]Event) {}
