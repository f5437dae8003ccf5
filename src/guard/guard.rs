//! From a request to a decision, top to bottom.

use super::answer::Answer;
use super::config::GuardConfig;
use super::decision::Decision;
use super::open_paths::{self, OpenPath};
use super::origin::OriginCheck;
use super::request::GuardRequest;
use super::routes::{Route, Routes};
use crate::cache::{Verified, View};
use crate::refresh::{LogFunction, LogLevel};
use crate::status::{Refusal, Status};
use crate::time::Timestamp;
use crate::verifier::Verifier;

/// Decides which requests reach an application, and how the others are answered: a frozen [`GuardConfig`].
///
/// It is immutable except for the caches of its verifiers, and any number of threads may use it at once. A decision
/// takes these steps in order, and the first one that settles it counts:
///
/// 1. An open path is [`Decision::Open`], whatever token the request carries.
/// 2. The route is found by host and path: `NO_ROUTE`, or `UNCLEAN_PATH` where paths decide between routes.
/// 3. A preflight request is [`Decision::Open`] if the configuration allows it.
/// 4. The verifier of the route verifies the headers, as
///    [`Verifier::verify_request`](crate::Verifier::verify_request) does.
/// 5. The origin is checked if the configuration asks for it: `CROSS_ORIGIN`.
///
/// A browser whose token was revoked would be sent back by Access with the same token. So a refusal with `REVOKED`
/// expires the cookie `CF_Authorization`, whereupon Access issues another token; until such a token would be accepted,
/// `Retry-After` says when that is. Where the login itself was revoked, the browser is sent to
/// `/cdn-cgi/access/logout` instead. It is redirected once: if it comes back refused again within a minute, which the
/// cookie `cfaccess-redirected` shows, it gets a page. `BLOCKED` is 403 and redirects nobody.
///
/// What cannot be read unambiguously is refused, never guessed. A path is unclean if an application, a proxy or a
/// file system could take it for another one: if it has an empty segment, `.` or `..` (also before `;`), an encoded
/// slash or backslash, a control character, an escape that remains after decoding, or bytes that are not UTF-8. An
/// unclean path is never open. If a host has a single route for all paths, such a request is verified like any other.
pub struct Guard<V = ()> {
    routes: Routes<V>,
    open: Vec<OpenPath>,
    origins: Option<OriginCheck>,
    allows_preflight: bool,
    log: Option<LogFunction>,
}

impl<V: View> Guard<V> {
    /// Freezes a configuration.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if it has no route, or trusts origins without checking any.
    pub fn new(config: GuardConfig<V>) -> Result<Guard<V>, Refusal> {
        let GuardConfig { routes, open, checks_origin, origins, allows_preflight, log } = config;
        if routes.is_empty() {
            return Err(Refusal::new(Status::InvalidConfig, "the guard has no route"));
        }
        if !checks_origin && !origins.trusted.is_empty() {
            let message = "the guard trusts origins, but does not check them";
            return Err(Refusal::new(Status::InvalidConfig, message));
        }
        let origins = checks_origin.then_some(origins);
        let guard = Guard { routes, open, origins, allows_preflight, log };
        guard.warn_of_configuration();
        Ok(guard)
    }

    /// Decides on a request now. If keys are fetched and the key of its token is missing, it waits for the fetch, for
    /// at most the timeout of the keys; no other request waits.
    pub fn decide(&self, request: &GuardRequest<'_>) -> Decision<V> {
        self.decide_by(request, Verifier::verify_request, Timestamp::now)
    }

    /// Decides like [`Guard::decide`], but never waits: while the key of its token is being fetched, the request is
    /// refused with `KEYS_PENDING`, while revocations are being read with `REVOCATIONS_PENDING`, and can be tried again,
    /// see [`Status::is_pending`]. That does not count as a refusal in
    /// [`Verifier::stats`](crate::Verifier::stats).
    pub fn try_decide(&self, request: &GuardRequest<'_>) -> Decision<V> {
        self.decide_by(request, Verifier::poll_request, Timestamp::now)
    }

    /// Decides as [`Guard::decide`] would at another time, for tests and replays.
    pub fn decide_at(&self, request: &GuardRequest<'_>, now: Timestamp) -> Decision<V> {
        self.decide_by(request, |verifier, headers| verifier.verify_request_at(headers, now), || now)
    }

    /// The [`Verified::id`] of the cached claims with which [`Guard::decide`] would allow the request; `None` if that
    /// must be called. Never waits, and allocates nothing.
    pub fn lookup(&self, request: &GuardRequest<'_>) -> Option<u64> {
        if open_paths::contain(&self.open, request) {
            return None;
        }
        let route = self.routes.find(request).ok()?;
        if self.is_open_preflight(request) {
            return None;
        }
        self.check_origin(request).ok()?;
        let id = route.judge.verifier.lookup_request(request.headers)?;
        route.judge.has_accepted();
        Some(id)
    }

    fn decide_by(
        &self,
        request: &GuardRequest<'_>,
        verify: impl FnOnce(&Verifier<V>, &[(&[u8], &[u8])]) -> Result<Verified<V>, Refusal>,
        clock: impl FnOnce() -> Timestamp,
    ) -> Decision<V> {
        if open_paths::contain(&self.open, request) {
            return Decision::Open;
        }
        let route = match self.routes.find(request) {
            Ok(route) => route,
            Err(refusal) => {
                return Decision::Refused(Box::new(Answer::new(refusal, request, None, None, clock())));
            }
        };
        if self.is_open_preflight(request) {
            return Decision::Open;
        }
        let verified = verify(&route.judge.verifier, request.headers);
        if verified.is_ok() {
            route.judge.has_accepted();
        }
        let allowed = verified.and_then(|verified| self.check_origin(request).map(|()| verified));
        match allowed {
            Ok(verified) => Decision::Allowed(verified),
            Err(refusal) => self.refuse(route, refusal, request, clock()),
        }
    }

    fn is_open_preflight(&self, request: &GuardRequest<'_>) -> bool {
        self.allows_preflight && request.is_preflight()
    }

    fn check_origin(&self, request: &GuardRequest<'_>) -> Result<(), Refusal> {
        self.origins.as_ref().map_or(Ok(()), |origins| origins.check(request))
    }

    #[cold]
    fn refuse(
        &self,
        route: &Route<V>,
        refusal: Refusal,
        request: &GuardRequest<'_>,
        now: Timestamp,
    ) -> Decision<V> {
        let warning = route.judge.has_refused(&refusal);
        let mut answer = Answer::new(refusal, request, Some(route.number), route.login_page.as_ref(), now);
        match (&self.log, warning) {
            (Some(log), Some(line)) => log.call(LogLevel::Warning, &line),
            (_, warning) => answer.warning = warning,
        }
        Decision::Refused(Box::new(answer))
    }

    /// Those of each verifier once, however many routes it has.
    fn warn_of_configuration(&self) {
        let Some(log) = &self.log else { return };
        let mut warned: Vec<*const Verifier<V>> = Vec::new();
        for route in self.routes.all() {
            let verifier: *const Verifier<V> = &*route.judge.verifier;
            if !warned.contains(&verifier) {
                warned.push(verifier);
                route.judge.verifier.warnings().iter().for_each(|line| log.call(LogLevel::Warning, line));
            }
        }
    }
}
