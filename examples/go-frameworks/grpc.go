package frameworks

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const emailKey = "cf-access-authenticated-user-email"

// GRPC protects all methods of a gRPC server except those in Open. Methods ask cfaccess.FromContext(ctx).
type GRPC struct {
	Verifier *cfaccess.Verifier
	Open     []string // full names, such as "/grpc.health.v1.Health/Check"
}

// Options returns the interceptors for grpc.NewServer.
func (g GRPC) Options() []grpc.ServerOption {
	return []grpc.ServerOption{grpc.ChainUnaryInterceptor(g.unary), grpc.ChainStreamInterceptor(g.stream)}
}

func (g GRPC) unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	checked, err := g.check(ctx, info.FullMethod)
	if err != nil {
		return nil, err
	}
	return next(checked, request)
}

func (g GRPC) stream(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	checked, err := g.check(stream.Context(), info.FullMethod)
	if err != nil {
		return err
	}
	return next(server, &streamWithContext{stream, checked})
}

type streamWithContext struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *streamWithContext) Context() context.Context { return s.ctx }

// check returns the context for the method. Metadata keys are header names in lower case.
func (g GRPC) check(ctx context.Context, method string) (context.Context, error) {
	sent, _ := metadata.FromIncomingContext(ctx)
	kept := sent.Copy()
	for name := range kept {
		if strings.ReplaceAll(name, "_", "-") == emailKey {
			delete(kept, name)
		}
	}
	if slices.Contains(g.Open, method) {
		return metadata.NewIncomingContext(ctx, kept), nil
	}
	claims, err := g.Verifier.VerifyHeaderContext(ctx, http.Header(sent))
	if err != nil {
		return nil, grpcError(err)
	}
	if claims.Kind() == cfaccess.Person {
		kept.Set(emailKey, claims.Email())
	}
	return metadata.NewIncomingContext(cfaccess.NewContext(ctx, claims), kept), nil
}

// grpcError shows the name of the status but not the message of the error, as the middleware does.
func grpcError(err error) error {
	var refusal *cfaccess.AccessError
	if !errors.As(err, &refusal) {
		return status.Error(codes.Internal, "INTERNAL")
	}
	code := codes.Internal
	switch refusal.HTTPStatus {
	case http.StatusUnauthorized:
		code = codes.Unauthenticated
	case http.StatusForbidden:
		code = codes.PermissionDenied
	case http.StatusServiceUnavailable:
		code = codes.Unavailable
	}
	return status.Error(code, refusal.Status)
}
