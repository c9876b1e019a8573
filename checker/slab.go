package checker

// slab hands out room for many values of one type, of which it has as much as
// was asked for in one piece: a long history has a million of some. What it
// handed out stays where it is.
type slab[T any] struct{ left []T }

func newSlab[T any](n int) slab[T] { return slab[T]{make([]T, n)} }

func (s *slab[T]) take() *T {
	if len(s.left) == 0 {
		s.left = make([]T, 64) // there are more than was expected
	}
	v := &s.left[0]
	s.left = s.left[1:]
	return v
}
