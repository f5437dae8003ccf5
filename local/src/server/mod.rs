//! Where this Access listens, and what it does with a connection.

mod accept;
mod connect;
mod environment;
mod error;
mod exact;
mod handler;
mod http;
mod listen;
mod options;
mod shape;
#[cfg(test)]
mod tests;

pub(crate) use error::StartError;
pub(crate) use handler::Handler;
pub(crate) use options::ServerOptions;

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use crate::face::Face;
use crate::tls::{Certificates, Names, TrustFiles};
use accept::Served;
use exact::Exact;
use options::Entry;

/// Listens already, and answers once [`Server::serve`] runs. When it is dropped, so are its temporary files.
pub(crate) struct Server {
    listeners: Vec<TcpListener>,
    port: u16,
    exact: Option<ExactFace>,
}

struct ExactFace {
    bound: SocketAddr,
    exact: Exact,
    names: Names,
    files: TrustFiles,
}

impl Server {
    /// Takes the port, and makes the certificates of the exact face.
    pub(crate) fn bind(options: &ServerOptions) -> Result<Server, StartError> {
        match options.entry()? {
            Entry::Plain => {
                let (listeners, port) = listen::on_loopback(options.port)?;
                Ok(Server { listeners, port, exact: None })
            }
            Entry::Exact { address } => {
                let (listener, port) = listen::on(address, options.port)?;
                let (bound, names) = (SocketAddr::new(address, port), options.names.clone());
                let fails = |error| StartError::new(format!("{error}"));
                let certificates = Certificates::make(&names).map_err(fails)?;
                let exact =
                    Exact::new(port, names.clone(), options.tunnel_others, &certificates).map_err(fails)?;
                let files = TrustFiles::write(options.state.as_deref(), &certificates.ca)
                    .map_err(|error| StartError::new(format!("cannot write the certificates: {error}")))?;
                let exact = ExactFace { bound, exact, names, files };
                Ok(Server { listeners: vec![listener], port, exact: Some(exact) })
            }
        }
    }

    pub(crate) fn face(&self) -> Face {
        match self.exact {
            Some(_) => Face::Exact,
            None => Face::Plain { port: self.port },
        }
    }

    /// The port that was taken, which is another than that of the options if those say 0.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the authority.
    pub(crate) fn ca_file(&self) -> Option<PathBuf> {
        self.exact.as_ref().map(|face| face.files.ca())
    }

    /// The names that have certificates, with the exact face: what a configuration that is read later may serve.
    pub(crate) fn names(&self) -> Option<&Names> {
        self.exact.as_ref().map(|face| &face.names)
    }

    /// What a program that is to find and trust this Access has in its environment.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        match &self.exact {
            Some(face) => environment::exact(face.bound, &face.files),
            None => environment::plain(self.port),
        }
    }

    /// To be printed at every start, each in a line.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let Some(face) = &self.exact else { return Vec::new() };
        let mut warnings = Vec::new();
        if !face.bound.ip().is_loopback() {
            warnings.push(format!(
                "warning: listening on {}: whoever reaches it can sign in as anybody; use it in networks you trust",
                face.bound
            ));
        }
        if !face.files.has_system_roots {
            warnings.push(
                "warning: no root certificates of the system were found; programs trust the local Access only"
                    .to_owned(),
            );
        }
        warnings
    }

    /// Answers until `shutdown` is done. Then nothing more is accepted, and requests under way have five seconds.
    pub(crate) async fn serve<H: Handler>(
        self,
        handler: Arc<H>,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), StartError> {
        let Server { listeners, exact, .. } = self;
        let (served, _files) = match exact {
            Some(face) => (Served::Exact(Arc::new(face.exact)), Some(face.files)),
            None => (Served::Plain, None),
        };
        accept::run(listeners, served, handler, shutdown).await
    }
}
