module github.com/cfaccess/cfaccess/benches/go

go 1.24

replace github.com/cfaccess/cfaccess/bindings/go => ../../bindings/go

require (
	github.com/cfaccess/cfaccess/bindings/go v0.0.0
	github.com/golang-jwt/jwt/v5 v5.3.1
)
