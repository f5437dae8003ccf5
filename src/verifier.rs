//! The way of a token, top to bottom.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::cache::{Cache, Entry, Judgement, KeptToken, Verified, View};
use crate::claims::{Claims, Moment, Payload};
use crate::config::Config;
use crate::explain::explain;
use crate::keys::{FoundKey, Keys, Patience, foreign};
use crate::policy::{Case, RULES};
use crate::request::{Carried, Cookies, Request};
use crate::revocation::{Clearance, Finding};
use crate::signature::check_signature;
use crate::stats::{Acceptance, Counters, Stats};
use crate::status::{Refusal, Status};
use crate::time::{Clock, Reading, Timestamp};
use crate::token::{HEADER_MAX, Header, Token};

/// Shared by all verifiers, so that the claims of several can be kept by their id alone.
static IDS: AtomicU64 = AtomicU64::new(1);

/// Determines who is calling: a frozen [`Config`] together with the [`Keys`] of its team.
///
/// It is immutable but for the keys and for the verified tokens that it keeps, and any number of threads
/// may use it at once.
pub struct Verifier<V = ()> {
    config: Config,
    keys: Keys,
    cache: Cache<V>,
    counters: Counters,
    warnings: Vec<String>,
}

/// Whether the caller has waited for revocations as far as it may.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Settled {
    No,
    Yes,
}

/// What the cache holds for a token.
enum Cached<T> {
    Hit(T),
    /// A token that would be good if it were known what was revoked.
    Unsettled,
    No,
}

impl<T> Cached<T> {
    fn hit(self) -> Option<T> {
        match self {
            Cached::Hit(taken) => Some(taken),
            Cached::Unsettled | Cached::No => None,
        }
    }
}

impl Verifier {
    /// Freezes a configuration.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if it has no audience, or if the keys are fetched for another team or are those of a local
    /// Access while the team is not, or the other way round.
    pub fn new(config: Config, keys: Keys) -> Result<Verifier, Refusal> {
        Verifier::with_view(config, keys)
    }
}

impl<V: View> Verifier<V> {
    /// A verifier that hands out claims in the form of a language.
    pub(crate) fn with_view(config: Config, keys: Keys) -> Result<Verifier<V>, Refusal> {
        let warnings = config.check_complete()?;
        if let Some(team) = keys.team().filter(|team| **team != config.team) {
            let message = format!("the keys are those of {}, not of {}", team.host(), config.team.host());
            return Err(Refusal::new(Status::InvalidConfig, message));
        }
        if keys.realm() != config.team.realm() {
            return Err(Refusal::new(Status::InvalidConfig, foreign(keys.realm())));
        }
        if let Some(revocations) = config.revocations.as_ref()
            && *revocations.team() != config.team
        {
            let (theirs, ours) = (revocations.team().host(), config.team.host());
            let message = format!("the revocations are those of {theirs}, not of {ours}");
            return Err(Refusal::new(Status::InvalidConfig, message));
        }
        keys.prefetch();
        let cache = Cache::new(config.cache_entries, config.cache_bytes);
        Ok(Verifier { config, keys, cache, counters: Counters::new(), warnings })
    }

    /// What looks wrong in the configuration but may be intended, a line each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Verifies an application token, as the header `Cf-Access-Jwt-Assertion` carries it, now.
    ///
    /// Where keys are fetched, a token whose key is not in force waits for the fetch, for at most the timeout
    /// of the keys. While keys are in force only two callers of a process wait for another key; the rest is
    /// refused at once with `KEYS_PENDING`. A token that is good otherwise waits for revocations that are due, as
    /// [`RevocationOptions::interval`](crate::RevocationOptions) says. No other token waits.
    ///
    /// # Errors
    /// The checks run in this order, and the first that fails decides the status. No claim is read before the
    /// signature is known to be valid.
    ///
    /// 1. form: `NO_TOKEN`, `OPAQUE_TOKEN`, `MALFORMED`, `TOO_LARGE`
    /// 2. header: `MALFORMED`, `UNSUPPORTED_ALGORITHM`, `UNSUPPORTED_HEADER`; of the header, its form and
    ///    `alg` are checked first, then unsupported members, then `typ` and `kid`
    /// 3. key and signature: `UNKNOWN_KEY`, or `KEYS_UNAVAILABLE` or `KEYS_PENDING` while it cannot be told
    ///    whether the key is known; `BAD_SIGNATURE`
    /// 4. claims: `MALFORMED_CLAIMS`, `MISSING_CLAIM`, `INVALID_CLAIM`
    /// 5. policy: `WRONG_ISSUER`, `WRONG_AUDIENCE`, `WRONG_TOKEN_TYPE`, `EXPIRED`, `NOT_YET_VALID`,
    ///    `SESSION_TOO_LONG`, `SESSION_TOO_OLD`, `AMBIGUOUS_IDENTITY`, `SERVICE_NOT_ALLOWED`
    /// 6. revocation: `REVOKED`, `BLOCKED`, or `REVOCATIONS_UNAVAILABLE` or `REVOCATIONS_PENDING` while it cannot be
    ///    told
    pub fn verify(&self, token: &[u8]) -> Result<Verified<V>, Refusal> {
        self.verify_by(Clock::System, token, Patience::Wait)
    }

    /// Verifies as [`Verifier::verify`], but never waits: while the token's key is being fetched it is
    /// refused with `KEYS_PENDING`, while revocations are being read with `REVOCATIONS_PENDING`, and can be tried
    /// again.
    ///
    /// # Errors
    /// As [`Verifier::verify`], `KEYS_PENDING` and `REVOCATIONS_PENDING`.
    pub fn try_verify(&self, token: &[u8]) -> Result<Verified<V>, Refusal> {
        self.verify_by(Clock::System, token, Patience::None)
    }

    /// Verifies as [`Verifier::verify`] would at another time, for tests and replays.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub fn verify_at(&self, token: &[u8], now: Timestamp) -> Result<Verified<V>, Refusal> {
        self.verify_by(Clock::At(now), token, Patience::Wait)
    }

    /// Verifies as [`Verifier::verify_at`], but never waits, as [`Verifier::try_verify`].
    ///
    /// # Errors
    /// As [`Verifier::try_verify`].
    pub fn try_verify_at(&self, token: &[u8], now: Timestamp) -> Result<Verified<V>, Refusal> {
        self.verify_by(Clock::At(now), token, Patience::None)
    }

    /// Verifies the token of a request, given as its headers (names without regard to case), now.
    ///
    /// The token is the value of `Cf-Access-Jwt-Assertion`; where that header is not there and the
    /// configuration accepts the cookie, the value of `CF_Authorization`. Of up to four different
    /// cookies the first that verifies is taken, if all that verify name one principal. If the request
    /// has the header `Cf-Access-Authenticated-User-Email`, it must be the verified e-mail without
    /// regard to ASCII case, and empty for a service, unless the configuration says otherwise.
    ///
    /// # Errors
    /// `NO_TOKEN` if there is none or it is empty; `MALFORMED` if there is more than one header, and if
    /// no one of different cookies can be taken, unless one of them was revoked or is blocked; those of
    /// [`Verifier::verify`]; then `IDENTITY_MISMATCH`.
    pub fn verify_request(&self, headers: &[(&[u8], &[u8])]) -> Result<Verified<V>, Refusal> {
        self.verify_request_by(Clock::System, headers, Patience::Wait)
    }

    /// Verifies as [`Verifier::verify_request`], but never waits, as [`Verifier::try_verify`].
    ///
    /// # Errors
    /// As [`Verifier::verify_request`], `KEYS_PENDING` and `REVOCATIONS_PENDING`.
    pub fn try_verify_request(&self, headers: &[(&[u8], &[u8])]) -> Result<Verified<V>, Refusal> {
        self.verify_request_by(Clock::System, headers, Patience::None)
    }

    /// Verifies as [`Verifier::verify_request`] would at another time, for tests and replays.
    ///
    /// # Errors
    /// As [`Verifier::verify_request`].
    pub fn verify_request_at(
        &self,
        headers: &[(&[u8], &[u8])],
        now: Timestamp,
    ) -> Result<Verified<V>, Refusal> {
        self.verify_request_by(Clock::At(now), headers, Patience::Wait)
    }

    /// Verifies as [`Verifier::verify_request_at`], but never waits, as [`Verifier::try_verify`].
    ///
    /// # Errors
    /// As [`Verifier::try_verify_request`].
    pub fn try_verify_request_at(
        &self,
        headers: &[(&[u8], &[u8])],
        now: Timestamp,
    ) -> Result<Verified<V>, Refusal> {
        self.verify_request_by(Clock::At(now), headers, Patience::None)
    }

    /// The [`Verified::id`] of the claims that this very token has been verified to, if they are still valid:
    /// time, keys, session and revocations are checked as [`Verifier::verify`] does. `None` whenever that has to be asked.
    /// Never waits, and allocates nothing.
    pub fn lookup(&self, token: &[u8]) -> Option<u64> {
        let id = self.cached(token, Clock::System, Settled::No, |entry| entry.id).hit()?;
        self.counters.accepted(Acceptance::CacheHit);
        Some(id)
    }

    /// [`Verifier::try_verify_request`] without counting pending statuses, for callers that try until it is something
    /// else.
    pub(crate) fn poll_request(&self, headers: &[(&[u8], &[u8])]) -> Result<Verified<V>, Refusal> {
        match self.verify_headers(Clock::System, headers, Patience::None) {
            Err(refusal) if refusal.status().is_pending() => Err(refusal),
            outcome => self.counted(outcome),
        }
    }

    /// [`Verifier::lookup`] for the token of a request, whose e-mail header is checked as
    /// [`Verifier::verify_request`] would.
    pub(crate) fn lookup_request(&self, headers: &[(&[u8], &[u8])]) -> Option<u64> {
        let request = Request::read(headers);
        let Ok(Carried::One(token)) = request.tokens(&self.config) else { return None };
        let checked = |entry: &Arc<Entry<V>>| {
            request.check_email(&self.config, &entry.claims).ok()?;
            Some(entry.id)
        };
        let id = self.cached(token, Clock::System, Settled::No, checked).hit()??;
        self.counters.accepted(Acceptance::CacheHit);
        Some(id)
    }

    /// Explains to people why a token is refused: every check that can be made, with what it expected and
    /// found, as a JSON object. It is no verdict and has no member that says whether the token is accepted;
    /// claims are shown whether or not the signature is valid, the signature never.
    pub fn explain(&self, token: &[u8], now: Timestamp) -> String {
        explain(&self.config, &self.keys, &self.warnings, token, now).to_string()
    }

    /// What was verified and refused so far, and what is kept of it.
    pub fn stats(&self) -> Stats {
        self.counters.add_up(self.cache.occupancy(), &self.warnings)
    }

    fn verify_by(&self, clock: Clock, token: &[u8], patience: Patience) -> Result<Verified<V>, Refusal> {
        self.counted(self.verify_token(clock, token, patience))
    }

    fn verify_request_by(
        &self,
        clock: Clock,
        headers: &[(&[u8], &[u8])],
        patience: Patience,
    ) -> Result<Verified<V>, Refusal> {
        self.counted(self.verify_headers(clock, headers, patience))
    }

    fn verify_headers(
        &self,
        clock: Clock,
        headers: &[(&[u8], &[u8])],
        patience: Patience,
    ) -> Result<(Verified<V>, Acceptance), Refusal> {
        let request = Request::read(headers);
        let (verified, acceptance) = match request.tokens(&self.config)? {
            Carried::One(token) => self.verify_token(clock, token, patience),
            Carried::Several(cookies) => self.verify_cookies(clock, &cookies, patience),
        }?;
        request.check_email(&self.config, &verified)?;
        Ok((verified, acceptance))
    }

    /// The first of several cookies that verifies, if all that verify name one principal. One that cannot be verified
    /// for a cause on this side settles the request, since it might name another principal.
    fn verify_cookies(
        &self,
        clock: Clock,
        cookies: &Cookies<'_>,
        patience: Patience,
    ) -> Result<(Verified<V>, Acceptance), Refusal> {
        let mut chosen: Option<(Verified<V>, Acceptance)> = None;
        let mut revoked = None;
        for token in cookies.iter() {
            let verified = match self.verify_token(clock, token, patience) {
                Ok(verified) => verified,
                Err(refusal) if refusal.status().http_status() >= 500 => return Err(refusal),
                Err(refusal) => {
                    let is_revoked = matches!(refusal.status(), Status::Revoked | Status::Blocked);
                    revoked = revoked.or(is_revoked.then_some(refusal));
                    continue;
                }
            };
            let first = chosen.get_or_insert_with(|| verified.clone());
            if first.0.principal_id() != verified.0.principal_id() {
                let message = "the cookies CF_Authorization name more than one principal";
                return Err(Refusal::new(Status::Malformed, message));
            }
        }
        // A token that was revoked is genuine, and its refusal says what lets its owner in again.
        chosen.ok_or_else(|| {
            revoked.unwrap_or_else(|| {
                Refusal::new(Status::Malformed, "none of the different cookies CF_Authorization verifies")
            })
        })
    }

    fn counted(&self, outcome: Result<(Verified<V>, Acceptance), Refusal>) -> Result<Verified<V>, Refusal> {
        match outcome {
            Ok((verified, acceptance)) => {
                self.counters.accepted(acceptance);
                Ok(verified)
            }
            Err(refusal) => {
                self.counters.refused(&refusal);
                Err(refusal)
            }
        }
    }

    fn verify_token(
        &self,
        clock: Clock,
        token: &[u8],
        patience: Patience,
    ) -> Result<(Verified<V>, Acceptance), Refusal> {
        #[cfg(feature = "failpoint")]
        crate::failpoint::reach(token);

        let mut cached = self.cached(token, clock, Settled::No, Arc::clone);
        if let (Cached::Unsettled, Some(revocations)) = (&cached, &self.config.revocations) {
            revocations.settle(patience)?;
            cached = self.cached(token, clock, Settled::Yes, Arc::clone);
        }
        if let Cached::Hit(entry) = cached {
            return Ok((Verified::from_entry(entry), Acceptance::CacheHit));
        }
        let parsed = Token::parse(token)?;
        let key = self.find_key(&parsed, patience)?;
        check_signature(key.public_key(), &parsed)?;
        key.public_key().remember_header(parsed.encoded_header());
        let payload = parsed.decode_payload()?;
        let payload = Payload::parse(&payload)?;
        self.check_policy(&payload, clock.now())?;
        let clearance = self.check_revocation(&payload, clock, patience)?;
        let claims = Claims::new(&self.config, &payload)?;
        Ok((self.keep(&parsed, claims, key, clearance), Acceptance::Verified))
    }

    /// What `take` makes of the entry of a token that was verified before, if everything that can change still
    /// permits it.
    fn cached<T>(
        &self,
        token: &[u8],
        clock: Clock,
        settled: Settled,
        take: impl Fn(&Arc<Entry<V>>) -> T,
    ) -> Cached<T> {
        let reading = clock.read();
        let is_unsettled = Cell::new(false);
        let judge = |entry: &Entry<V>| self.judge(entry, &reading, settled, &is_unsettled);
        match self.cache.find(token, judge, take) {
            Some(taken) => Cached::Hit(taken),
            None if is_unsettled.get() => Cached::Unsettled,
            None => Cached::No,
        }
    }

    fn judge(
        &self,
        entry: &Entry<V>,
        reading: &Reading,
        settled: Settled,
        is_unsettled: &Cell<bool>,
    ) -> Judgement {
        if !self.keys.still_contain(&entry.key, reading) {
            return Judgement::Over;
        }
        let moment = Moment { config: &self.config, times: entry.claims.times(), now: reading.now };
        match (moment.is_good(), moment.is_after_the_start()) {
            (true, _) => self.judge_revocation(entry, reading, settled, is_unsettled),
            (false, true) => Judgement::Over,
            (false, false) => Judgement::NotNow,
        }
    }

    /// Asked last, of a token that is good otherwise.
    fn judge_revocation(
        &self,
        entry: &Entry<V>,
        reading: &Reading,
        settled: Settled,
        is_unsettled: &Cell<bool>,
    ) -> Judgement {
        let Some(revocations) = &self.config.revocations else { return Judgement::Good };
        let is_settled = settled == Settled::Yes;
        match revocations.judge(&entry.clearance, entry.claims.issued_at(), reading, is_settled) {
            Finding::Clear => Judgement::Good,
            Finding::Revoked => Judgement::Over,
            Finding::Unsettled => {
                is_unsettled.set(true);
                Judgement::NotNow
            }
        }
    }

    /// Only asked of a token that is good otherwise.
    fn check_revocation(
        &self,
        payload: &Payload<'_>,
        clock: Clock,
        patience: Patience,
    ) -> Result<Clearance, Refusal> {
        let Some(revocations) = &self.config.revocations else { return Ok(Clearance::none()) };
        let clearance = revocations.clearance(payload);
        revocations.check(&clearance, payload.times.issued_at, clock, patience)?;
        Ok(clearance)
    }

    fn keep(&self, token: &Token<'_>, claims: Claims, key: FoundKey, clearance: Clearance) -> Verified<V> {
        let kept = if self.cache.is_on() { KeptToken::new(token) } else { KeptToken::none() };
        let id = IDS.fetch_add(1, Ordering::Relaxed);
        let verified = Verified::new(claims, id, key, clearance, kept);
        self.cache.keep(token.bytes(), verified.entry());
        verified
    }

    fn find_key(&self, token: &Token<'_>, patience: Patience) -> Result<FoundKey, Refusal> {
        let known = self.keys.in_force().and_then(|keys| keys.find_by_header(token.encoded_header()));
        if let Some(key) = known {
            return Ok(key);
        }
        let mut buffer = [0; HEADER_MAX];
        let header = Header::parse(token.decode_header(&mut buffer)?)?;
        self.keys.find(&header.key_id, patience)
    }

    fn check_policy(&self, payload: &Payload<'_>, now: Timestamp) -> Result<(), Refusal> {
        let case = Case { config: &self.config, payload, now };
        RULES.iter().try_for_each(|rule| (rule.check)(&case))
    }
}
