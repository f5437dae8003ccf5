module github.com/cfaccess/cfaccess/tests/local/go

go 1.24

require github.com/cfaccess/cfaccess/bindings/go v0.1.0

replace github.com/cfaccess/cfaccess/bindings/go => ../../../bindings/go
