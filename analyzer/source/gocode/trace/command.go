package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Sub-commands of command-line libraries.

// commandType is a type whose objects are commands: the field that its name is in, and those of what it runs, in order.
type commandType struct {
	name string
	runs []string
}

func commandTypes() map[string]commandType {
	cobra := commandType{"Use", []string{"PersistentPreRun", "PersistentPreRunE", "PreRun", "PreRunE", "Run", "RunE"}}
	command, app := commandType{"Name", []string{"Before", "Action"}}, commandType{"", []string{"Before", "Action"}}
	return map[string]commandType{
		"github.com/spf13/cobra.Command":   cobra,
		"github.com/urfave/cli.Command":    command,
		"github.com/urfave/cli.App":        app,
		"github.com/urfave/cli/v2.Command": command,
		"github.com/urfave/cli/v2.App":     app,
		"github.com/urfave/cli/v3.Command": command,
	}
}

// command is an object that is a command.
type command struct {
	commandType
	obj int32
}

// commandObjects are all commands that were made so far.
func (m *machine) commandObjects() []command {
	types := commandTypes()
	var out []command
	for obj, o := range m.objects {
		if typ, ok := types[strings.TrimLeft(o.typ, "*")]; ok {
			out = append(out, command{typ, int32(obj)})
		}
	}
	return out
}

// runCommands runs the chosen sub-command of a command-line library, or all of them where none is chosen.
func (m *machine) runCommands(f *frame, in *summary.Instr, root value) []*event {
	var events list
	roots := make(map[int32]bool)
	for _, id := range m.plain(root) {
		roots[m.atoms[id].obj] = true
	}
	m.flagLiterals()
	m.commands = nil
	all := m.commandObjects()
	several := m.choice.kind != "command" && m.several(all)
	for _, c := range all {
		name, _ := m.str(m.at(c.obj, "."+c.name))
		name, _, _ = strings.Cut(name, " ")
		runs, forAll := false, false
		before := m.sights.alone()
		for _, field := range c.runs {
			run := m.at(c.obj, "."+field)
			if len(run) == 0 {
				continue
			}
			first := runsFirst(field)
			runs = runs || !first
			if m.choice.kind == "command" && name != m.choice.value && !(roots[c.obj] && first) {
				continue
			}
			forAll = forAll || first
			_, inner := m.enter(f, in, run, m.one(atom{kind: kCtx, text: "none"}), nil)
			events.addAll(inner)
		}
		m.sights.together(before, several && !forAll)
		if runs && name != "" && !roots[c.obj] {
			m.commands = append(m.commands, name)
		}
	}
	return events.events
}

// several reports whether more than one of the commands of a binary does something, the root among them.
func (m *machine) several(all []command) bool {
	n := 0
	for _, c := range all {
		if slices.ContainsFunc(c.runs, func(field string) bool { return !runsFirst(field) && len(m.at(c.obj, "."+field)) > 0 }) {
			n++
		}
	}
	return n > 1
}

// runsFirst reports whether a field of a command holds what all commands below it do first.
func runsFirst(field string) bool { return strings.HasPrefix(field, "Persistent") || field == "Before" }
