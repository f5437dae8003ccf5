//! The connection of one fetch: how far it has come, and one deadline for all of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector,
    SocksConnector, TcpConnector, Transport,
};
use ureq::{Agent, Error};

use crate::net::{NameLookups, NoAddress};

/// As many as ureq has room for.
const ADDRESSES_MAX: usize = 16;

/// What a fetch is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Looking up the name of the endpoint or of its proxy.
    Resolve,
    /// Connecting to the endpoint, to an HTTP proxy, or through a SOCKS proxy.
    Connect,
    /// Waiting for an HTTP proxy to connect to the endpoint.
    Tunnel,
    /// The TLS handshake with the endpoint.
    Handshake,
    /// Sending the request and waiting for the header of the answer.
    Request,
    /// Reading the document.
    Read,
}

const STEPS: [Step; 6] =
    [Step::Resolve, Step::Connect, Step::Tunnel, Step::Handshake, Step::Request, Step::Read];

/// The step that a fetch has reached.
#[derive(Clone, Debug)]
pub(super) struct Progress(Arc<AtomicU8>);

impl Progress {
    pub(super) fn new() -> Progress {
        Progress(Arc::new(AtomicU8::new(Step::Resolve as u8)))
    }

    pub(super) fn reach(&self, step: Step) {
        self.0.store(step as u8, Ordering::Relaxed);
    }

    pub(super) fn step(&self) -> Step {
        STEPS.get(usize::from(self.0.load(Ordering::Relaxed))).copied().unwrap_or(Step::Resolve)
    }
}

/// Where a host is.
#[derive(Clone, Debug)]
pub(super) enum Addresses {
    LookedUp(NameLookups),
    /// No name leads there.
    Known(SocketAddr),
}

/// An agent for one fetch from `host`. ureq's own chain of connectors, except that it keeps account of the
/// steps and that every wait ends at the deadline: ureq's wait for a CONNECT proxy begins anew with every
/// byte.
pub(super) fn agent(
    config: ureq::config::Config,
    host: &str,
    deadline: Instant,
    progress: &Progress,
    addresses: Addresses,
) -> Agent {
    let connector =
        ().chain(SocksConnector::default())
            .chain(ConnectProxyConnector::default())
            .chain(TcpConnector::default())
            .chain(Connected { host: host.to_owned(), deadline, progress: progress.clone() })
            .chain(RustlsConnector::default())
            .chain(Secured { host: host.to_owned(), progress: progress.clone() });
    Agent::with_parts(config, connector, NameLookup { addresses, progress: progress.clone() })
}

/// Makes a request as far as the name lookup, which fails at once.
pub(super) fn rehearse(config: ureq::config::Config, url: &str) {
    let agent = Agent::with_parts(config, TcpConnector::default(), NoNames);
    let _ = agent.get(url).call();
}

#[derive(Debug)]
struct NoNames;

impl Resolver for NoNames {
    fn resolve(
        &self,
        _uri: &Uri,
        _config: &ureq::config::Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        Err(Error::HostNotFound)
    }
}

/// Comes after a connection is made, to the endpoint or to its proxy.
#[derive(Debug)]
struct Connected {
    host: String,
    deadline: Instant,
    progress: Progress,
}

impl<In: Transport> Connector<In> for Connected {
    type Out = Bounded<In>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Bounded<In>>, Error> {
        let leads_to_endpoint = details.uri.host() == Some(&self.host);
        self.progress.reach(if leads_to_endpoint { Step::Handshake } else { Step::Tunnel });
        Ok(chained.map(|transport| Bounded { transport, deadline: self.deadline }))
    }
}

/// Comes after the TLS handshake.
#[derive(Debug)]
struct Secured {
    host: String,
    progress: Progress,
}

impl<In: Transport> Connector<In> for Secured {
    type Out = In;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<In>, Error> {
        if details.uri.host() == Some(&self.host) {
            self.progress.reach(Step::Request);
        }
        Ok(chained)
    }
}

/// A connection on which nobody waits past the deadline.
#[derive(Debug)]
struct Bounded<T> {
    transport: T,
    deadline: Instant,
}

impl<T> Bounded<T> {
    fn bound(&self, timeout: NextTimeout) -> Result<NextTimeout, Error> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Error::Timeout(timeout.reason));
        }
        Ok(NextTimeout { after: timeout.after.min(left.into()), ..timeout })
    }
}

impl<T: Transport> Transport for Bounded<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = self.bound(timeout)?;
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = self.bound(timeout)?;
        self.transport.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.transport.is_open()
    }

    fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }
}

#[derive(Debug)]
struct NameLookup {
    addresses: Addresses,
    progress: Progress,
}

impl Resolver for NameLookup {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        self.progress.reach(Step::Resolve);
        let found = match &self.addresses {
            Addresses::Known(address) => vec![*address],
            Addresses::LookedUp(lookups) => look_up(lookups, uri, timeout)?,
        };
        let mut addresses = self.empty();
        found.into_iter().take(ADDRESSES_MAX).for_each(|address| addresses.push(address));
        if addresses.is_empty() {
            return Err(Error::HostNotFound);
        }
        self.progress.reach(Step::Connect);
        Ok(addresses)
    }
}

fn look_up(lookups: &NameLookups, uri: &Uri, timeout: NextTimeout) -> Result<Vec<SocketAddr>, Error> {
    let host = uri.host().unwrap_or_default();
    // The proxy's is always named; only the endpoint's is left out.
    let port = uri.port_u16().unwrap_or(443);
    lookups.look_up(host, port, *timeout.after).map_err(|error| match error {
        NoAddress::TimedOut => Error::Timeout(timeout.reason),
        NoAddress::Failed(error) => Error::Other(Box::new(error)),
    })
}
