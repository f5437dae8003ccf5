package cfaccessgrpc_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
	"github.com/cfaccess/cfaccess/bindings/go/cfaccessgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// Methods of the services shop.Shop and shop.Admin. Each answers a text with itself and what it knows of its
// caller.
const (
	order  = "/shop.Shop/Order"
	chat   = "/shop.Shop/Chat" // a stream in both directions
	health = "/shop.Shop/Health"
	remove = "/shop.Admin/Remove"
)

// shop counts how often a method is reached.
type shop struct {
	reached atomic.Int32
}

func (s *shop) answer(ctx context.Context, said *wrapperspb.StringValue) *wrapperspb.StringValue {
	who := "nobody"
	if claims, ok := cfaccess.FromContext(ctx); ok {
		who = claims.PrincipalID()
	}
	return wrapperspb.String(fmt.Sprintf("%s: %s open=%v email=%q", said.GetValue(), who, cfaccess.IsOpen(ctx), emails(ctx)))
}

// emails returns the values of the metadata, and those of every other spelling with their name.
func emails(ctx context.Context) []string {
	var found []string
	sent, _ := metadata.FromIncomingContext(ctx)
	for name, values := range sent {
		for _, value := range values {
			if name == emailKey {
				found = append(found, value)
			} else if strings.EqualFold(strings.ReplaceAll(name, "_", "-"), emailKey) {
				found = append(found, name+" "+value)
			}
		}
	}
	return found
}

func (s *shop) chat(stream grpc.ServerStream) error {
	s.reached.Add(1)
	for {
		said := &wrapperspb.StringValue{}
		if err := stream.RecvMsg(said); err != nil {
			return nil
		}
		if err := stream.SendMsg(s.answer(stream.Context(), said)); err != nil {
			return err
		}
	}
}

func (s *shop) unary(_ any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor, method string) (any, error) {
	said := &wrapperspb.StringValue{}
	if err := decode(said); err != nil {
		return nil, err
	}
	next := func(ctx context.Context, said any) (any, error) {
		s.reached.Add(1)
		return s.answer(ctx, said.(*wrapperspb.StringValue)), nil
	}
	if intercept == nil {
		return next(ctx, said)
	}
	return intercept(ctx, said, &grpc.UnaryServerInfo{Server: s, FullMethod: method}, next)
}

func (s *shop) register(server *grpc.Server) {
	services := map[string]*grpc.ServiceDesc{}
	service := func(method string) (*grpc.ServiceDesc, string) {
		name, last, _ := strings.Cut(method[1:], "/")
		if services[name] == nil {
			services[name] = &grpc.ServiceDesc{ServiceName: name, HandlerType: (*any)(nil)}
		}
		return services[name], last
	}
	for _, method := range []string{order, health, remove} {
		described, name := service(method)
		described.Methods = append(described.Methods, grpc.MethodDesc{
			MethodName: name,
			Handler: func(server any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
				return s.unary(server, ctx, decode, intercept, method)
			},
		})
	}
	described, name := service(chat)
	described.Streams = append(described.Streams, grpc.StreamDesc{
		StreamName:    name,
		Handler:       func(_ any, stream grpc.ServerStream) error { return s.chat(stream) },
		ServerStreams: true,
		ClientStreams: true,
	})
	for _, described := range services {
		server.RegisterService(described, s)
	}
}

// client calls methods of a shop that a guard protects.
type client struct {
	connection *grpc.ClientConn
	shop       *shop
}

func serve(t testing.TB, guard cfaccess.Guard, options ...grpc.ServerOption) client {
	t.Helper()
	protect, err := cfaccess.NewMiddleware(guard)
	if err != nil {
		t.Fatal(err)
	}
	return serveBehind(t, protect, insecureClient, options...)
}

var insecureClient = []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}

func serveBehind(t testing.TB, protect cfaccess.Middleware, dial []grpc.DialOption, options ...grpc.ServerOption) client {
	t.Helper()
	server := grpc.NewServer(append(cfaccessgrpc.ServerOptions(protect), options...)...)
	shop := &shop{}
	shop.register(server)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	connection, err := grpc.NewClient(listener.Addr().String(), dial...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return client{connection, shop}
}

// call says "hello" to a method, with metadata given as name, value, name, value…
func (c client) call(method string, sent ...string) (string, error) {
	ctx := metadata.AppendToOutgoingContext(context.Background(), sent...)
	answer := &wrapperspb.StringValue{}
	if method != chat {
		err := c.connection.Invoke(ctx, method, wrapperspb.String("hello"), answer)
		return answer.GetValue(), err
	}
	stream, err := c.connection.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, method)
	if err != nil {
		return "", err
	}
	// Whether the server still reads what is sent decides about nothing: the error is that of receiving.
	_ = stream.SendMsg(wrapperspb.String("hello"))
	err = stream.RecvMsg(answer)
	_ = stream.CloseSend()
	return answer.GetValue(), err
}
