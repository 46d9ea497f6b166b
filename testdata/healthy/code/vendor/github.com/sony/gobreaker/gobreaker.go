// Package gobreaker is as much of the library as the shop needs.
package gobreaker

type Settings struct{ Name string }

type CircuitBreaker struct{}

func NewCircuitBreaker(Settings) *CircuitBreaker { return nil }

func (*CircuitBreaker) Execute(req func() (interface{}, error)) (interface{}, error) { return req() }
