//! The certs endpoint of a team, with the copy of its document on disk.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use super::cache_file::CacheFile;
use super::document::KeySet;
use super::fetch::{self, Custom, Fetch};
use super::http::Http;
use super::options::RemoteOptions;
use super::way::Way;
use crate::refresh::{Answer, Attempt, Failure, LogLevel, Refresher, Source, State};
use crate::status::Refusal;
use crate::team::{Realm, Team};
use crate::time::Tick;

/// Where the keys of a team are fetched from.
pub(super) struct Endpoint {
    pub(super) team: Team,
    fetch: Box<dyn Fetch>,
    is_own_function: bool,
    /// Whether the first fetch begins with a verifier rather than with a token.
    pub(super) prefetch: bool,
    cache_file: Option<CacheFile>,
}

/// A key document, read.
pub(super) struct Document {
    pub(super) set: Arc<KeySet>,
    pub(super) entity_tag: Option<String>,
    /// As it came, where a copy of it is kept on disk.
    bytes: Option<Arc<[u8]>>,
}

impl Document {
    pub(super) fn of(set: Arc<KeySet>) -> Document {
        Document { set, entity_tag: None, bytes: None }
    }

    fn none(realm: Realm) -> Document {
        Document::of(Arc::new(KeySet::empty(realm)))
    }
}

impl Endpoint {
    /// What keeps the keys of a team current, beginning with the copy on disk if there is one.
    pub(super) fn refresher(team: Team, options: RemoteOptions) -> Result<Refresher<Endpoint>, Refusal> {
        let timing = options.timing()?;
        let realm = team.realm();
        let is_own_function = options.fetch.is_some();
        let fetch = way_to(&team, timing.timeout, &options)?;
        let cache_file = options.cache_file.as_deref().map(CacheFile::new).transpose()?;
        let about = format!("keys of {}", team.host());
        let copy = cache_file.as_ref().and_then(|file| file.load(realm, timing.max_stale));
        let endpoint = Endpoint { team, fetch, is_own_function, prefetch: options.prefetch, cache_file };

        let (first, news) = match copy {
            Some(Ok(copy)) => {
                let confirmed = Tick::now().minus(copy.age);
                let bytes = Some(copy.document.into());
                let document = Document { set: Arc::new(copy.set), entity_tag: None, bytes };
                let news = "the keys of the copy on disk are in force".to_owned();
                (State::kept(document, confirmed, timing.max_stale), Some((LogLevel::Info, news)))
            }
            Some(Err(reason)) => {
                let first =
                    State::pending(Document::none(realm)).with_store_error(Some(reason.as_str().into()));
                (first, Some((LogLevel::Warning, reason)))
            }
            None => (State::pending(Document::none(realm)), None),
        };
        let refresher = Refresher::new(endpoint, timing, first, options.log, about);
        if let Some((level, news)) = news {
            refresher.log(level, &news);
        }
        Ok(refresher)
    }
}

/// How the key document of a team is fetched.
pub(super) fn way_to(
    team: &Team,
    timeout: Duration,
    options: &RemoteOptions,
) -> Result<Box<dyn Fetch>, Refusal> {
    Ok(match Way::chosen(team, options, |name| env::var_os(name))? {
        Way::Function(function) => Box::new(Custom { function: function.clone(), url: team.certs_url() }),
        Way::Local(address) => Box::new(Http::plain(address, timeout)),
        Way::Https(trust) => Box::new(Http::secured(team, trust, timeout, options)?),
    })
}

impl Source for Endpoint {
    type Value = Document;

    const THREAD: &'static str = "cfaccess-keys";
    const CHANGED: Option<&'static str> = Some("other keys are in force");
    const RECOVERED: Option<&'static str> = None;

    /// The library's own HTTPS ends by itself, if late: the name lookup of the system cannot be cut short.
    fn may_overlap(&self) -> bool {
        self.is_own_function
    }

    fn prepare(&self) {
        self.fetch.prepare();
    }

    fn fetch(
        &self,
        current: &Document,
        attempt: &Attempt,
        _go_on: &dyn Fn(),
    ) -> Result<Answer<Document>, Failure> {
        match self.fetch.fetch(current.entity_tag.as_deref(), attempt.time_left())? {
            fetch::Answer::NotModified { max_age } => Ok(Answer::NotModified { max_age }),
            fetch::Answer::Document { bytes, entity_tag, max_age, .. } => {
                let set = KeySet::parse_for(self.team.realm(), &bytes)
                    .map_err(|refusal| Failure::new(refusal.message()))?;
                let bytes = self.cache_file.as_ref().map(|_| Arc::from(bytes));
                Ok(Answer::Value { value: Document { set: Arc::new(set), entity_tag, bytes }, max_age })
            }
        }
    }

    fn merge(&self, fetched: Document, current: &Document) -> (Document, bool) {
        let set = fetched.set.in_place_of(&current.set);
        let is_other = !Arc::ptr_eq(&set, &current.set);
        (Document { set, ..fetched }, is_other)
    }

    fn store(&self, document: &Document, attempt: &Attempt) -> Result<(), String> {
        match (&self.cache_file, &document.bytes) {
            (Some(file), Some(bytes)) => file.store(bytes, attempt.began_at),
            _ => Ok(()),
        }
    }
}
