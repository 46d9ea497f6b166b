// Package summary turns a Go package into a small program that the tracer can run without types or syntax: functions
// as straight lists of the instructions that move values, calls and contexts about, and tables of methods.
//
// Extraction sees one package at a time and decides nothing that a caller could change: what a parameter holds, which
// type is behind an interface, which branch a constant takes is left to linking. Everything in a summary is a name, a
// number or text; types are canonical text ([TypeName]), so that a summary can be kept, compared and sent.
//
// The source is SSA built from origins: a generic function has one summary, in whose types "$0" stands for its first
// type parameter. Arithmetic, and what never holds a string, a function, an address or an object, is left out.
//
// Cost: linear in the instructions of the package.
//
// This package may change until version 1.
package summary

// Package is what one package contributes.
type Package struct {
	Path      string
	Name      string
	Dir       string   // relative to the run, with slashes
	Imports   []Import // sorted by path
	Generated bool     // all of its files are
	Funcs     map[string]*Func
	Types     map[string]*Type         // own named types by [TypeName]
	Structs   map[string][]StructField // by [TypeName]: fields of own structs that have a tag, or are structs
	Ifaces    map[string][]Method      // interfaces that own code calls, asserts or makes
	Consts    map[string]string        // of imported and own packages: constants that name remote methods
	Literals  []Literal                // that may be addresses; sorted by text
	Files     []string                 // paths by number

	// Settings are the files of configuration beside a main package: by file, seen from it, what keys are set to. No
	// extraction fills them in; they are no part of the code.
	Settings map[string]map[string]string
}

// Import is an import, where it first stands.
type Import struct {
	Path string
	Pos  Pos
}

// Method is a method of an interface.
type Method struct{ Name, Sig string }

// Type is the method table of a named type, of its pointer's method set.
type Type struct {
	Methods map[string]TypeMethod
	Pointer map[string]bool // methods of the pointer only
	Fields  []StructField   // of a struct that embeds something
	Struct  bool            // it is a struct or an array
}

// StructField is a field of a struct.
type StructField struct {
	Name, Type, Tag string
	Embedded        bool
}

// TypeMethod says where a method is.
type TypeMethod struct {
	Func      string // full name
	Sig       string
	Path      []string // embedded fields that lead to it
	Interface bool     // it is a method of the embedded interface that Path ends at
	TypeArgs  string   // of the generic type that it is declared for, with the type parameters of this one; see [Instr.Type]
}

// Pos is a place in one of the package's files; columns count bytes.
type Pos struct {
	File      int32
	Line, Col int32
}

// Func is a function with a body.
type Func struct {
	ID          string
	Pkg         *Package
	Pos         Pos
	Params      []Param // the receiver first
	Free        int     // captured variables: registers after those of the parameters
	Regs        int
	Pool        []Value // what negative operands stand for: -1 is Pool[0]
	Blocks      []Block
	Generated   bool
	Yield       bool // the body of a range over a function: a loop although it is a function
	Method      bool
	Generic     bool // it has type parameters, or is written in a function that has
	Results     int
	ErrorResult int // which result is the error; -1: none
}

// Param is a parameter.
type Param struct{ Name, Type string }

// Block is a basic block, in reverse postorder.
type Block struct {
	Preds, Succs []int32
	Loops        []int32 // the loops that it is in which run once per element of some data, by their heads, outermost first
	LoopAt       Pos     // of the head of such a loop: where it begins, as far as known
	Tries        *Tries  // how often it runs at most in a loop that tries again; nil: it is in none, or that is not known
	Cyclic       bool    // runs more than once, for whatever reason
	Cond         Operand // of an if: Succs[0] is taken where it is true
	HasCond      bool
	Code         []Instr
	Range        *Range // of the head of a loop over a collection
}

// Range is a loop over the elements of a collection. Where the elements are known one by one, it can be run so.
type Range struct {
	Data     bool    // it is a loop over data: not one of attempts
	Last     int32   // the last block that only a round leads to; these are the blocks from the head to it
	Breaks   bool    // a round may go on behind the loop
	Key      Operand // the register that holds the index; None for a map, whose Next instruction asks
	Over     Operand // the collection
	Asks     bool    // the head asks for the collection
	Backward bool    // from the last element to the first
}

// Tries is how often a loop runs at most.
type Tries struct {
	Of    Operand
	More  int  // than Of
	Hasty bool // nothing in the loop waits before the next round
}

// Operand is a register, or where negative an entry of the pool.
type Operand int32

// None is no operand.
const None Operand = 1 << 30

// ValueKind says what a pool entry is.
type ValueKind uint8

const (
	Const   ValueKind = iota // Text is its value; Type its type
	FuncRef                  // Text is the function's full name
	Global                   // the address of a package variable
	Builtin
)

// Zero is the Text of a constant that is the zero value of a type parameter.
const Zero = "zero"

// Value is a constant, function or variable.
type Value struct {
	Kind ValueKind
	Text string
	Type string
	Args string // type arguments of a function
	Sig  *Sig   // of functions
}

// Op is what an instruction does.
type Op uint8

const (
	Alloc     Op = iota // Dst = &new(Type)
	FieldAddr           // Dst = &Args[0].Name
	Field               // Dst = Args[0].Name
	IndexAddr           // Dst = &Args[0][Args[1]]
	Index               // Dst = Args[0][Args[1]], of maps too
	Slice               // Dst = Args[0][…]
	Load                // Dst = *Args[0]
	Store               // *Args[0] = Args[1]; see [Settled]
	MapUpdate           // Args[0][Args[1]] = Args[2]
	Send                // Args[0] <- Args[1]
	Recv                // Dst = <-Args[0], in a select one for each case
	Phi                 // Dst = one of Args, by the block's predecessors
	Convert             // Dst = Type(Args[0])
	MakeIface           // Dst = interface of Args[0], which is of Type
	Assert              // Dst = Args[0].(Type)
	Concat              // Dst = Args[0] + Args[1]
	Multiply            // Dst = Args[0] * Args[1]
	Compare             // Dst = Args[0] Name Args[1]; Num may be [GuardsContext] or [OfElement]
	Not                 // Dst = !Args[0]
	Closure             // Dst = function Name with captured Args
	Bound               // Dst = method Name of Args[0]
	Result              // Dst = Args[0]'s result number Num
	Opaque              // Dst = something that is not followed
	Call
	Return
)

// Settled is the Num of a Store after which nothing older can be there. In a loop, that is so if each of its rounds
// is run: Num is Settled and the number of the loop's head then.
const Settled = 1

// What the Num of a Compare says of Args[0].
const (
	GuardsContext = 1 // a context is made of it if it is more than nothing
	OfElement     = 2 // it is an element of a slice
)

// Timed is the Num of a Recv in a select that goes on after a while: a timer is among its cases.
const Timed = 2

// Mode says how a call is made.
type Mode uint8

const (
	Plain Mode = iota
	Go
	Defer
)

// Callee says how a call finds its function.
type Callee uint8

const (
	Static  Callee = iota // Name
	Dynamic               // Args[0] is the function
	Iface                 // method Name of Args[0], an interface of Type
	BuiltinCall
)

// Instr is one instruction.
type Instr struct {
	Op     Op
	Mode   Mode
	Callee Callee
	Poll   bool // of Recv and Send: in a select with a default
	Late   bool // of Store: of a number or a bool into what was made before; who reads it before reads zero
	Agg    bool // the value is a struct or an array: it stays where it is, and is copied when stored
	Dst    Operand
	Num    int32
	Name   string
	Type   string // where Name is a function: its type arguments, with commas between them
	Args   []Operand
	Sig    *Sig
	Pos    Pos
	Fails  uint8 // of Call: what becomes of its error, see [ReturnsError]
	Failed int32 // of Call: 1 and the number of the block that only its failure leads to; of Recv in a select: of that which its case begins with; 0 where there is none
	Round  int32 // of what tells the rounds of a loop over data apart, its index, its element: 1 and the number of the loop's head
	Unused uint8 // of Call: bits of results that nothing looks at; bit 7: no result at all is looked at
}

// Sig is the signature of a callee, without its receiver.
type Sig struct {
	Params, Results []string
	Variadic        bool
}
