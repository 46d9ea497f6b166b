// Package diagram draws a system: who calls whom, who waits, what crosses topics and stores, and where the findings are.
//
// [Select] decides what is drawn, once for every format; [Picture.DOT] and [Picture.Mermaid] print it, and
// [Picture.Render] lays it out and writes DOT, Mermaid, SVG or PNG.
//
// # What is drawn
//
// A box for each service, its shape and shade by kind, with its owner where one is known; Mermaid has a frame for each
// owner. One arrow for all calls from one service to another: solid where the caller waits, dotted where no request
// waits (start-up, own loops), thin where its failure does not fail the caller. Topics and stores have shapes of their
// own; a store that several services open is one node. A callee that nobody knows is a small box with what is known of
// its address.
//
// Calls that a finding goes over stand out by width and colour and carry the number of the hop ("A2": the second hop
// of finding A, which the legend spells out). Calls that an error or a warning names beside its hops are coloured too,
// but thin: the other calls of a fan-out, the write that a later call undoes not, the ways to a chain's further ends.
// A call has the colour of the worst finding that it is in; a number has that of its own. Hops out of a
// ui or gateway, and those inside of a ring, have no number. Letters go to findings of two hops or more first, then to those of a
// single call; findings over the same hops share one. The hops of A run straight from left to right. Services that a
// finding without hops is about have a heavy border; what services lack by themselves, as most others do, is no matter
// of the picture.
//
// The legend explains only what occurs. The title counts the services that their teams can change; external, platform
// and undeclared ones stand apart. Platform services are left out.
//
// # What is left out
//
// Up to 60 services a system is drawn whole. Beyond that, services are chosen in this order: those on hops of
// findings, in the order of letters, a finding whole or not at all; entries of journeys, of which a few come before
// that; these up to Options.Limit. Then, while there are fewer than 30: services with an error of their own, uis and
// gateways, neighbours of what was chosen, and the rest by number of calls. Services left out are folded into a box
// for each owner, or for each kind where no owner is known. Edges are bounded by three a node, half of that in such a
// picture: hops first, then messages and stores, then by number of calls. LeftOut and the legend say what is missing.
//
// # Cost
//
// Select and DOT are linear in services, calls and hops, but for sorting. The layout is Graphviz's and is not: it
// takes under a second for 30 services and seconds for a full picture, and is stopped after Options.Time with an
// error that names the limit.
//
// # Limits
//
// Graphviz estimates the width of text from built-in tables for Helvetica; a viewer without a font of its widths shows
// labels a little wider or narrower than their boxes were made for. PNG is drawn with the Go fonts, which have
// Latin, Greek and Cyrillic; other scripts show as boxes there, and are right in SVG.
// The text of an SVG is selectable; it holds no links, scripts, or anything else that comes from a name but text.
//
// This package may change until version 1.
package diagram
