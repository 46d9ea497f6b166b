package graph_test

import (
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/graph"
)

func TestStandard(t *testing.T) {
	standard := `
grpc.health.v1.Health/Check
grpc.reflection.v1.ServerReflection/ServerReflectionInfo
GET /health
GET /health/
GET /health?full=1
HEAD /healthz
GET /_healthz
GET /-/healthy
ANY /Health
GET /healthcheck
GET /health/live
GET /health/liveness
GET /health/ready?verbose
GET /api/health
GET /api/v1/health
GET /orders/healthz
GET /live
GET /livez
GET /ready
GET /readyz
GET /ping
GET /actuator/health
GET /actuator/health/readiness
GET /actuator/prometheus
GET /metrics
GET /-/metrics
GET /debug/vars
GET /debug/pprof
GET /debug/pprof/heap
POST /debug/pprof/symbol
GET /favicon.ico
GET /robots.txt`
	business := `
shop.Health/Check
GET /
GET /orders/{id}/status
GET /cars/{id}/health
GET /cars/:id/healthz
GET /patients/health
GET /streams/live
GET /api/live
GET /{id}/live
GET /health/records
GET /healthy-recipes
GET /vegetables/health
GET /products/metrics
GET /debug
GET /debug/pprofiles
GET /sites/robots.txt
POST /health
POST /live
consume health
health`
	for operation := range strings.SplitSeq(strings.TrimSpace(standard), "\n") {
		if !graph.Standard(operation) {
			t.Errorf("%s makes findings", operation)
		}
	}
	for operation := range strings.SplitSeq(strings.TrimSpace(business), "\n") {
		if graph.Standard(operation) {
			t.Errorf("%s makes no findings", operation)
		}
	}
}
