module github.com/distcheck/distcheck/analyzer/golangci

go 1.26.0

require (
	github.com/distcheck/distcheck v0.1.0
	github.com/golangci/plugin-module-register v0.1.2
	golang.org/x/tools v0.52.0
	gopkg.in/yaml.v3 v3.0.1
)

require (
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
)

replace github.com/distcheck/distcheck => ../..
