//! Which verifier is responsible for a request, by host and path.

use std::sync::Arc;

use super::alarm::Judge;
use super::host::ConfiguredHost;
use super::login_page::LoginPage;
use super::path::ConfiguredPath;
use super::request::{GuardRequest, NamedHost};
use crate::status::{Refusal, Status};

/// How requests below a prefix are verified.
pub(super) struct Route<V> {
    /// In the order in which routes were added, from 0.
    pub(super) number: usize,
    pub(super) prefix: ConfiguredPath,
    pub(super) judge: Arc<Judge<V>>,
    pub(super) login_page: Option<LoginPage>,
}

/// The routes of each named host, and those of all other hosts, longest prefix first.
pub(super) struct Routes<V> {
    by_host: Vec<(ConfiguredHost, Vec<Route<V>>)>,
    of_other_hosts: Vec<Route<V>>,
}

impl<V> Clone for Route<V> {
    fn clone(&self) -> Route<V> {
        Route {
            number: self.number,
            prefix: self.prefix.clone(),
            judge: Arc::clone(&self.judge),
            login_page: self.login_page.clone(),
        }
    }
}

impl<V> Clone for Routes<V> {
    fn clone(&self) -> Routes<V> {
        Routes { by_host: self.by_host.clone(), of_other_hosts: self.of_other_hosts.clone() }
    }
}

impl<V> Routes<V> {
    pub(super) fn new() -> Routes<V> {
        Routes { by_host: Vec::new(), of_other_hosts: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_host.is_empty() && self.of_other_hosts.is_empty()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Route<V>> {
        self.by_host.iter().flat_map(|(_, routes)| routes).chain(&self.of_other_hosts)
    }

    /// Adds a route; false if there is one for the same host and prefix.
    pub(super) fn add(&mut self, host: Option<ConfiguredHost>, route: Route<V>) -> bool {
        let routes = match host {
            None => &mut self.of_other_hosts,
            Some(host) => self.of_host(host),
        };
        if routes.iter().any(|known| known.prefix == route.prefix) {
            return false;
        }
        let index = routes.partition_point(|known| known.prefix.len() >= route.prefix.len());
        routes.insert(index, route);
        true
    }

    fn of_host(&mut self, host: ConfiguredHost) -> &mut Vec<Route<V>> {
        let index = self.by_host.iter().position(|(known, _)| known.is(&host));
        let index = index.unwrap_or_else(|| {
            self.by_host.push((host, Vec::new()));
            self.by_host.len() - 1
        });
        match self.by_host.get_mut(index) {
            Some((_, routes)) => routes,
            None => &mut self.of_other_hosts,
        }
    }

    /// The route of a request. A host that has routes of its own uses no others; an unreadable host has none.
    pub(super) fn find(&self, request: &GuardRequest<'_>) -> Result<&Route<V>, Refusal> {
        let routes = if self.by_host.is_empty() { &self.of_other_hosts } else { self.for_host(request)? };
        if let [only] = routes.as_slice()
            && only.prefix.is_root()
        {
            return Ok(only);
        }
        if !routes.is_empty() && !request.is_clean() {
            return Err(Refusal::new(Status::UncleanPath, "the path can be interpreted in several ways"));
        }
        let found = routes.iter().find(|route| route.prefix.covers(request.path()));
        found.ok_or_else(|| Refusal::new(Status::NoRoute, "no route is for this host and path"))
    }

    fn for_host(&self, request: &GuardRequest<'_>) -> Result<&Vec<Route<V>>, Refusal> {
        let NamedHost::Named(authority) = request.host() else {
            return Err(Refusal::new(Status::NoRoute, "the request does not name one host"));
        };
        let found = self.by_host.iter().find(|(host, _)| host.is(&authority.host));
        Ok(found.map_or(&self.of_other_hosts, |(_, routes)| routes))
    }
}
