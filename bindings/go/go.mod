module github.com/cfaccess/cfaccess/bindings/go

go 1.24
