package cli

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var quick strings.Builder
		p := newProgress(&quick)
		p.tell("loading a")
		time.Sleep(patience / 2)
		p.done()
		time.Sleep(patience)
		synctest.Wait()
		if quick.Len() > 0 {
			t.Errorf("a quick run is not silent: %q", quick.String())
		}

		var slow strings.Builder
		p = newProgress(&slow)
		p.tell("loading a")
		p.tell("loading b\x1b[2J")
		time.Sleep(2 * patience)
		synctest.Wait()
		p.tell("tracing")
		p.done()
		const line = "\r\x1b[K"
		if got, want := slow.String(), line+`loading b\x1b[2J …`+line+"tracing …"+line; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
