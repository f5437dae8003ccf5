//! Makes connections: name, address, TLS and login, all before one deadline.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use redis::{Cmd, cmd};
use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::address::{Address, Login, Place};
use super::connection::{Connection, Transport};
use super::fault::Fault;
use super::socket::{Socket, Stream, time_left};
use crate::ffi::system;
use crate::net::{NameLookups, NoAddress, trusted};
use crate::status::{Refusal, Status};

/// Of a name with more addresses the others are left out.
const ADDRESSES_MAX: usize = 8;

pub(super) struct Dialer {
    address: Address,
    tls: Option<Arc<ClientConfig>>,
    lookups: NameLookups,
    made: AtomicU64,
}

impl Dialer {
    /// Reads the trust store, so that a mistake shows at once.
    pub(super) fn new(address: Address, ca_file: Option<&Path>) -> Result<Dialer, Refusal> {
        let tls = match &address {
            Address { is_tls: true, place: Place::Host { host, .. }, .. } => {
                name_of(host).map_err(|_| invalid("the host of the store is no valid name for TLS"))?;
                Some(Arc::new(tls_config(ca_file)?))
            }
            _ => None,
        };
        Ok(Dialer { address, tls, lookups: NameLookups::default(), made: AtomicU64::new(0) })
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// Connects to where the URL leads.
    pub(super) fn dial(&self, deadline: Instant) -> Result<Connection, Fault> {
        self.dial_place(&self.address.place, deadline)
    }

    /// Connects to another node of the cluster.
    pub(super) fn dial_node(&self, host: String, port: u16, deadline: Instant) -> Result<Connection, Fault> {
        let place = match &self.address.place {
            Place::Host { host, .. } if host.is_empty() => Place::Host { host: host.clone(), port },
            _ => Place::Host { host, port },
        };
        self.dial_place(&place, deadline)
    }

    fn dial_place(&self, place: &Place, deadline: Instant) -> Result<Connection, Fault> {
        let stream = match place {
            Place::Host { host, port } => Stream::Tcp(self.connect(host, *port, deadline)?),
            #[cfg(unix)]
            Place::Socket(path) => {
                let connected = super::socket::connect_unix(path, deadline);
                Stream::Unix(connected.map_err(|error| Fault::of_io(&error))?)
            }
            #[cfg(not(unix))]
            Place::Socket(_) => return Err(Fault::refused("this system has no Unix sockets")),
        };
        let socket = Socket::new(stream, deadline);
        let transport = match (&self.tls, place) {
            (Some(config), Place::Host { host, .. }) => {
                let secured = secure(Arc::clone(config), host, socket);
                Transport::Tls(Box::new(secured.map_err(|error| of_handshake(&error))?))
            }
            _ => Transport::Plain(socket),
        };
        let number = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        let mut connection = Connection::new(transport, number);
        self.log_in(&mut connection)?;
        Ok(connection)
    }

    fn connect(&self, host: &str, port: u16, deadline: Instant) -> Result<TcpStream, Fault> {
        let mut addresses = self.addresses(host, port, deadline)?;
        addresses.truncate(ADDRESSES_MAX);
        let mut last = Fault::unavailable("the name of the store has no address");
        for (tried, address) in addresses.iter().enumerate() {
            let connected = time_left(deadline).and_then(|left| {
                // One that does not answer leaves time for the others.
                let rest = u32::try_from(addresses.len() - tried).unwrap_or(1);
                let share = (left / rest).max(Duration::from_millis(1));
                let stream = TcpStream::connect_timeout(address, share)?;
                stream.set_nodelay(true)?;
                Ok(stream)
            });
            match connected {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Fault::of_io(&error),
            }
        }
        Err(last)
    }

    fn addresses(&self, host: &str, port: u16, deadline: Instant) -> Result<Vec<SocketAddr>, Fault> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![(address, port).into()]);
        }
        let left = time_left(deadline).map_err(|error| Fault::of_io(&error))?;
        self.lookups.look_up(host, port, left).map_err(|error| match error {
            NoAddress::TimedOut => {
                Fault::unavailable("the lookup of the name of the store did not end in time")
            }
            NoAddress::Failed(error) => {
                Fault::unavailable(format!("the name of the store does not resolve: {}", error.reason()))
            }
        })
    }

    fn log_in(&self, connection: &mut Connection) -> Result<(), Fault> {
        if let Some(login) = &self.address.login {
            connection.ask(login.command())?;
        }
        if self.address.database != 0 {
            let mut select = cmd("SELECT");
            select.arg(self.address.database);
            connection.ask(select)?;
        }
        Ok(())
    }
}

impl Login {
    fn command(&self) -> Cmd {
        let mut command = cmd("AUTH");
        if let Some(user) = &self.user {
            command.arg(user);
        }
        command.arg(&self.password);
        command
    }
}

fn name_of(host: &str) -> Result<ServerName<'static>, rustls::pki_types::InvalidDnsNameError> {
    ServerName::try_from(host.to_owned())
}

/// With a provider of its own rather than that of the process, and without resumption, whose memory has a lock that
/// could stay locked in a child.
fn tls_config(ca_file: Option<&Path>) -> Result<ClientConfig, Refusal> {
    let mut authorities = RootCertStore::empty();
    // Some of a platform's may be of a kind that cannot be used.
    authorities.add_parsable_certificates(trusted(ca_file)?);
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Refusal::new(Status::Internal, "TLS has no version to speak"))?;
    let mut config = config.with_root_certificates(authorities).with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn secure(
    config: Arc<ClientConfig>,
    host: &str,
    mut socket: Socket,
) -> io::Result<StreamOwned<ClientConnection, Socket>> {
    // The generator is seeded with its first number, under a lock of aws-lc's.
    let _ = system::without_fork_or_exit(|| ::aws_lc_rs::rand::fill(&mut [0]));
    let name = name_of(host).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let mut connection = ClientConnection::new(config, name).map_err(io::Error::other)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut socket)?;
    }
    Ok(StreamOwned::new(connection, socket))
}

/// A Redis that expects no TLS waits for more.
fn of_handshake(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Fault::unavailable(
            "the store did not complete the TLS handshake in time; does it speak TLS on this port?",
        ),
        _ => Fault::of_io(error),
    }
}

fn invalid(message: &'static str) -> Refusal {
    Refusal::new(Status::InvalidConfig, message)
}
