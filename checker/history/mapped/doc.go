// Package mapped appends to a file by storing into its pages, which the kernel has
// mapped into the process. What was stored is in the file at once for everybody who
// reads it, and stays there however the process ends (mmap(2), MAP_SHARED): SIGKILL
// takes nothing back, as it takes nothing back of a write(2). But no system call is
// made for it, during which another thread would have to be given the processor, so
// that a program that records much is disturbed less by recording.
//
// The file grows by whole chunks. Until [File.Close], which cuts it to what was
// written, zero bytes follow; [Written] tells them apart from what was written.
//
// Elsewhere than on Linux it is a file that is appended to by write(2).
package mapped
