package frameworks

import (
	"context"
	"net"
	"net/http"
	"testing"

	"connectrpc.com/connect"
	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	health "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const procedure = "/shop.Shop/Caller"

func TestConnect(t *testing.T) {
	access := newAccess(t)
	var shop shop
	mux := http.NewServeMux()
	mux.Handle(procedure, connect.NewUnaryHandler(procedure,
		func(ctx context.Context, request *connect.Request[emptypb.Empty]) (*connect.Response[wrapperspb.StringValue], error) {
			answer := shop.answer(ctx, "connect", emailsOf(request.Header())...)
			return connect.NewResponse(wrapperspb.String(answer)), nil
		}))
	url := serve(t, access.middleware(t)(mux))
	for name, options := range map[string][]connect.ClientOption{
		"connect":  nil,
		"gRPC-Web": {connect.WithGRPCWeb()},
	} {
		t.Run(name, func(t *testing.T) {
			client := connect.NewClient[emptypb.Empty, wrapperspb.StringValue](http.DefaultClient, url+procedure, options...)
			request := connect.NewRequest(&emptypb.Empty{})
			shop.reached.Store(0)

			_, err := client.CallUnary(context.Background(), request)
			if connect.CodeOf(err) != connect.CodeUnauthenticated || shop.reached.Load() != 0 {
				t.Errorf("without a token: %v, reached %d times", err, shop.reached.Load())
			}

			request.Header().Set("Cf-Access-Jwt-Assertion", access.token(t, shopAudience))
			response, err := client.CallUnary(context.Background(), request)
			if err != nil {
				t.Fatal(err)
			}
			want := "connect acme.cloudflareaccess.com/person/" + subject + " open=false email=[" + email + "]"
			if got := response.Msg.GetValue(); got != want {
				t.Errorf("got %q", got)
			}
		})
	}
}

// healthServer names the caller in the header of its answers.
type healthServer struct {
	health.UnimplementedHealthServer
	shop *shop
}

func (s *healthServer) Check(ctx context.Context, _ *health.HealthCheckRequest) (*health.HealthCheckResponse, error) {
	grpc.SetHeader(ctx, s.caller(ctx))
	return &health.HealthCheckResponse{}, nil
}

func (s *healthServer) Watch(_ *health.HealthCheckRequest, stream grpc.ServerStreamingServer[health.HealthCheckResponse]) error {
	stream.SetHeader(s.caller(stream.Context()))
	return stream.Send(&health.HealthCheckResponse{})
}

func (s *healthServer) caller(ctx context.Context) metadata.MD {
	sent, _ := metadata.FromIncomingContext(ctx)
	return metadata.Pairs("caller", s.shop.answer(ctx, "gRPC", emailsOf(http.Header(sent))...))
}

func TestGRPC(t *testing.T) {
	access := newAccess(t)
	const (
		user   = "gRPC acme.cloudflareaccess.com/person/" + subject + " open=false email=[" + email + "]"
		nobody = "gRPC nobody open=false email=[]"
	)
	forged := []string{"cf_access_authenticated_user_email", "forged@example.com"}
	accepted := []string{"cf-access-jwt-assertion", access.token(t, shopAudience)}
	other := append(accepted, "cf-access-authenticated-user-email", "forged@example.com")
	for name, test := range map[string]struct {
		open     []string
		metadata []string
		code     codes.Code
		caller   string
	}{
		"no token":                 {nil, nil, codes.Unauthenticated, ""},
		"another application":      {nil, []string{accepted[0], access.token(t, adminAudience)}, codes.Unauthenticated, ""},
		"another person":           {nil, other, codes.PermissionDenied, ""},
		"a person":                 {nil, append(accepted, forged...), codes.OK, user},
		"open with forged headers": {[]string{health.Health_Check_FullMethodName, health.Health_Watch_FullMethodName}, forged, codes.OK, nobody},
	} {
		var shop shop
		client := grpcClient(t, GRPC{access.verifier(t, shopAudience), test.open}, &shop)
		ctx := metadata.AppendToOutgoingContext(context.Background(), test.metadata...)
		for kind, call := range map[string]func() (metadata.MD, error){
			"unary": func() (header metadata.MD, err error) {
				_, err = client.Check(ctx, &health.HealthCheckRequest{}, grpc.Header(&header))
				return header, err
			},
			"stream": func() (metadata.MD, error) {
				stream, err := client.Watch(ctx, &health.HealthCheckRequest{})
				if err != nil {
					return nil, err
				}
				if _, err := stream.Recv(); err != nil {
					return nil, err
				}
				return stream.Header()
			},
		} {
			t.Run(name+", "+kind, func(t *testing.T) {
				shop.reached.Store(0)

				header, err := call()

				if code := status.Code(err); code != test.code {
					t.Fatalf("got %v", err)
				}
				if reached := shop.reached.Load() > 0; reached != (err == nil) {
					t.Errorf("the method was reached: %v", reached)
				}
				if err == nil && header.Get("caller")[0] != test.caller {
					t.Errorf("got %q", header.Get("caller"))
				}
			})
		}
	}
}

func TestGRPCWithoutKeysIsUnavailable(t *testing.T) {
	if code := status.Code(grpcError(&cfaccess.AccessError{Status: "KEYS_UNAVAILABLE", HTTPStatus: 503})); code != codes.Unavailable {
		t.Errorf("got %v", code)
	}
}

func grpcClient(t *testing.T, protect GRPC, shop *shop) health.HealthClient {
	t.Helper()
	server := grpc.NewServer(protect.Options()...)
	health.RegisterHealthServer(server, &healthServer{shop: shop})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	connection, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return health.NewHealthClient(connection)
}
