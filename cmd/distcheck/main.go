// Command distcheck finds distributed monoliths: services that wait for services that wait for services.
//
// See the README for what it does, and the package analyzer for how the code is laid out.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"

	"github.com/distcheck/distcheck/analyzer/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	command := &cli.Command{
		Stdin:   os.Stdin,
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
		Getenv:  os.Getenv,
		Environ: os.Environ,
		Version: version(),
	}
	os.Exit(command.Run(ctx, os.Args[1:]))
}

// version is that of the module as the go command recorded it; "devel" in a checkout.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
