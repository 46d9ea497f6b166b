module example.com/shop

go 1.24

require (
	github.com/prometheus/client_golang v1.20.0
	github.com/sony/gobreaker v1.0.0
	go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp v0.54.0
	go.opentelemetry.io/otel v1.29.0
)
