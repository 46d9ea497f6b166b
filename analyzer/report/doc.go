// Package report prints findings, one printer a format ([Printers]), and the rules themselves ([Explain],
// [RuleTable]).
//
// What each format promises:
//
//   - text is for people: first what users wait for, in lines that begin with "journey " or "request "; then one line a
//     finding, "path:line:col: severity: message (rule)", worst first, with its proof and what to do indented below. A
//     message that begins with "possible: " is of a possible finding. When there are many, the worst five stand in full
//     and the rest is counted, so that a first run fits one screen. What three or more services lack, each by itself,
//     is one paragraph at the place of the worst. The first line of a finding keeps its form; what is indented may
//     change.
//   - json is for programs: every finding, whatever the screen would show. It has a version, which changes when a
//     field goes away or changes its meaning, and a schema ([JSONSchema]) that is exact for this version of distcheck.
//   - sarif is for code scanning: SARIF 2.1.0, with the hops as related locations and as a code flow, and a partial
//     fingerprint "distcheck/v1" that survives edits elsewhere in the file. It has what is open: GitHub takes a
//     suppressed result for an open one. Where findings are compared with a baseline, each result is "new" to it.
//   - sarif-all is the same for consumers that know suppressions, and for archives: also what is accepted, with its
//     reason, its owner and its day, "inSource" if by a comment, else "external"; and what is in the baseline, "external"
//     and "unchanged".
//   - github is for a step of GitHub Actions: workflow commands, which become annotations; worst first, because
//     GitHub shows ten of a kind and drops the rest.
//   - markdown is for a comment on a pull request or a step's summary: the worst findings with what to do, each place a
//     link where it is known to where ([Options.Links]), all else folded; never longer than GitHub takes.
//
// Every printer writes the same bytes for the same findings, whatever their order, and changes nothing it is given.
// A finding's texts hold names as they were read. Whatever they are, they forge no line, drive no terminal, start no
// workflow command, and are neither HTML nor a mention in markdown.
//
// This package may change until version 1; the formats keep what is said above.
package report
