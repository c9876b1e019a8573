package history

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// inLargePages asks the kernel to back the room for events by large pages.
//
// Without it, reading a long history takes up to three times as long, by
// chance: allocating so much starts a garbage collection, which reads the room
// before anything is in it and so has the kernel map its one page of zeros
// there, page after page. Each then costs a copy and an interruption of every
// other processor when its first event is written.
//
// It is advice: where the kernel does not take it, nothing but speed is lost.
func inLargePages(events []Event) {
	const least = 16 << 20 // bytes for which it is worth while
	size := cap(events) * int(unsafe.Sizeof(Event{}))
	if size < least {
		return
	}
	room := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(events))), size)
	_ = unix.Madvise(room, unix.MADV_HUGEPAGE)
}
