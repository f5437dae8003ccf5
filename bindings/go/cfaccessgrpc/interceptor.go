// Package cfaccessgrpc protects gRPC servers with the middleware of package cfaccess. The same guard can
// protect HTTP handlers and a gRPC server.
//
// It is a module of its own, so that programs without gRPC do not depend on it.
package cfaccessgrpc

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
)

// ServerOptions returns the interceptors for [grpc.NewServer], of unary calls and of streams. Interceptors of
// options after these run only for calls that the middleware accepts:
//
//	server := grpc.NewServer(append(cfaccessgrpc.ServerOptions(protect), other...)...)
//
// A method gets a call only if the middleware accepts it. There, [cfaccess.FromContext] gives the claims, and
// the metadata cf-access-authenticated-user-email is the verified e-mail, or missing if there is none.
//
// # Routes
//
// To the middleware a call is a POST request whose headers are the metadata, with the token in
// cf-access-jwt-assertion. Its path is the full name of the method, and its host is the authority. So
// the prefix of a [cfaccess.Route] may be a service, "/acme.Shop", and this is an open path:
//
//	cfaccess.OpenPath{Method: "POST", Path: "/grpc.health.v1.Health/Check"}
//
// [cfaccess.Guard.OnRefusal] gets such a request, from whose context [peer.FromContext] gives the client. If it
// panics, so does the call.
//
// # Refusals
//
// The message of the error is the name of the status, such as "EXPIRED". Its code is
//   - [codes.Unauthenticated] for the HTTP status 401, where a new login can help,
//   - [codes.PermissionDenied] for 403, where it cannot,
//   - [codes.Unavailable] for 503, if keys are missing,
//   - [codes.Internal] for any other.
//
// # Streams
//
// A stream is checked when it begins and not again: a method that keeps it open can ask
// [cfaccess.Claims.EndsAt] how long. A call that needs a key which is being fetched waits for it with the
// context of the call.
//
// The server itself answers calls of methods that it does not know, with [codes.Unimplemented] and without any
// interceptor, unless it has a [grpc.UnknownServiceHandler].
func ServerOptions(protect cfaccess.Middleware) []grpc.ServerOption {
	check := interceptor{protect}
	return []grpc.ServerOption{grpc.ChainUnaryInterceptor(check.unary), grpc.ChainStreamInterceptor(check.stream)}
}

type interceptor struct {
	protect cfaccess.Middleware
}

func (i interceptor) unary(ctx context.Context, message any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	admitted, err := i.admit(ctx, info.FullMethod)
	if err != nil {
		return nil, err
	}
	return next(admitted, message)
}

func (i interceptor) stream(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	admitted, err := i.admit(stream.Context(), info.FullMethod)
	if err != nil {
		return err
	}
	return next(server, &streamWithContext{stream, admitted})
}

type streamWithContext struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *streamWithContext) Context() context.Context { return s.ctx }

// admit returns the context for the method, or the error for the client.
func (i interceptor) admit(ctx context.Context, method string) (context.Context, error) {
	admitted, err := i.protect.Admit(requestOf(ctx, method))
	if err != nil {
		return nil, clientError(err)
	}
	return metadata.NewIncomingContext(admitted.Context(), metadataOf(admitted.Header)), nil
}

// requestOf returns the call as the HTTP request that it is on the wire.
func requestOf(ctx context.Context, method string) *http.Request {
	sent, _ := metadata.FromIncomingContext(ctx) // a copy
	request := &http.Request{
		Method:     http.MethodPost,
		URL:        &url.URL{Path: method},
		RequestURI: method,
		Host:       strings.Join(sent[":authority"], ","), // of several it is unreadable, and refused
		Header:     http.Header(sent),
	}
	if client, ok := peer.FromContext(ctx); ok {
		if encrypted, ok := client.AuthInfo.(credentials.TLSInfo); ok {
			request.TLS = &encrypted.State
		}
	}
	return request.WithContext(ctx)
}

const emailHeader = "Cf-Access-Authenticated-User-Email"

var emailKey = strings.ToLower(emailHeader)

// metadataOf renames the one header that the middleware sets, since names of metadata are in lower case.
func metadataOf(header http.Header) metadata.MD {
	if email, ok := header[emailHeader]; ok {
		delete(header, emailHeader)
		header[emailKey] = email
	}
	return metadata.MD(header)
}

// clientError shows no message: that is for the operator.
func clientError(err error) error {
	var refusal *cfaccess.AccessError
	if !errors.As(err, &refusal) {
		return status.Error(codes.Internal, "INTERNAL")
	}
	return status.Error(code(refusal.HTTPStatus), refusal.Status)
}

func code(httpStatus int) codes.Code {
	switch httpStatus {
	case http.StatusUnauthorized:
		return codes.Unauthenticated
	case http.StatusForbidden:
		return codes.PermissionDenied
	case http.StatusServiceUnavailable:
		return codes.Unavailable
	default:
		return codes.Internal
	}
}
