package mapped

import (
	"bytes"
	"errors"
)

// errHole says that what was read was not left by a process that stored one thing
// after the other.
var errHole = errors.New("something follows what was never written: the file was damaged")

// Written is the part of a file's content that was written, where that has no zero
// byte. A process that was killed while it stored its last line may have stored some
// of its end and not what is before: then the line is told up to there. The end of a
// line beyond that is an error.
func Written(content []byte) ([]byte, error) {
	end := bytes.IndexByte(content, 0)
	if end < 0 {
		return content, nil
	}
	if i := bytes.IndexByte(content[end:], '\n'); i >= 0 && len(bytes.Trim(content[end+i+1:], "\x00")) > 0 {
		return nil, errHole
	}
	return content[:end], nil
}
