package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/distcheck/distcheck/analyzer/visible"
)

// patience is how long a command may be silent.
const patience = time.Second

// progress is a line on a terminal that says what is being done, once that takes longer than people wait in silence.
type progress struct {
	w     io.Writer
	timer *time.Timer

	mu     sync.Mutex
	what   string
	silent bool
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, silent: true}
	p.timer = time.AfterFunc(patience, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.silent = false
		p.show()
	})
	return p
}

// tell puts what is being done into the line.
func (p *progress) tell(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.what = what
	if !p.silent {
		p.show()
	}
}

func (p *progress) show() {
	if p.what != "" {
		fmt.Fprintf(p.w, "\r\x1b[K%s …", visible.Text(p.what))
	}
}

// done takes the line away.
func (p *progress) done() {
	p.timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.silent {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	p.silent, p.what = true, ""
}
