// Package address knows where services are.
package address

import "os"

// Of is the address of a service.
func Of(service string) string { return "http://" + service + ":" + os.Getenv("PORT") }
