//! The URL of the store, with what a command needs of it.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

/// Checked by the library when it is opened.
#[derive(Clone)]
pub struct StoreUrl(String);

const SQLITE: &str = "sqlite:";
const REPLICAS: &str = "wait_replicas";
const INITIALISED: &str = "require_initialised";

impl StoreUrl {
    pub fn new(url: String) -> StoreUrl {
        StoreUrl(url)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether only the process that opens it could see what is in it.
    pub fn is_memory(&self) -> bool {
        self.0.starts_with("memory:")
    }

    /// For a command that writes nothing: a file that is missing stays missing, and is told.
    pub fn for_reading(self) -> StoreUrl {
        match self.path() {
            Some(_) if self.parameter(INITIALISED).is_none() => self.with(INITIALISED, "true"),
            _ => self,
        }
    }

    /// A write waits for this many replicas.
    pub fn waiting_for(self, replicas: u64) -> StoreUrl {
        self.with(REPLICAS, &replicas.to_string())
    }

    /// How many replicas a write waits for; 0 for none.
    pub fn replicas(&self) -> u64 {
        self.parameter(REPLICAS).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// The file that it is, if it is one.
    pub fn path(&self) -> Option<PathBuf> {
        let path = self.0.strip_prefix(SQLITE)?;
        Some(PathBuf::from(path.split_once('?').map_or(path, |(path, _)| path)))
    }

    /// Whether this user may write to the store, as far as a file tells: SQLite writes a journal beside it.
    pub fn is_writable(&self) -> bool {
        let Some(path) = self.path() else { return true };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let may_write = |path: &Path| access(path, Access::WRITE_OK).is_ok();
        may_write(folder.unwrap_or(Path::new("."))) && (!path.exists() || may_write(&path))
    }

    /// Whether it is a file that is missing and that a write would make.
    pub fn would_be_made(&self) -> bool {
        self.is_missing() && self.is_writable()
    }

    /// Whether it is a file that is not there.
    pub fn is_missing(&self) -> bool {
        self.path().is_some_and(|path| !path.exists())
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let (_, parameters) = self.0.split_once('?')?;
        parameters.split('&').find_map(|parameter| parameter.strip_prefix(name)?.strip_prefix('='))
    }

    fn with(self, name: &str, value: &str) -> StoreUrl {
        let (place, parameters) = self.0.split_once('?').unwrap_or((&self.0, ""));
        let others = parameters
            .split('&')
            .filter(|parameter| !parameter.is_empty() && parameter.split('=').next() != Some(name));
        let mut url = format!("{place}?{name}={value}");
        for other in others {
            url += &format!("&{other}");
        }
        StoreUrl(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> StoreUrl {
        StoreUrl::new(text.to_owned())
    }

    #[test]
    fn parameters_are_added_or_replaced() {
        assert_eq!(url("sqlite:/a").for_reading().as_str(), "sqlite:/a?require_initialised=true");
        let chosen = "sqlite:/a?require_initialised=false";
        assert_eq!(url(chosen).for_reading().as_str(), chosen);
        assert_eq!(url("redis://h").for_reading().as_str(), "redis://h");
        let waiting = url("redis://h/0?a=b&wait_replicas=5").waiting_for(2);
        assert_eq!(waiting.as_str(), "redis://h/0?wait_replicas=2&a=b");
        assert_eq!((waiting.replicas(), url("redis://h").replicas()), (2, 0));
        assert_eq!(url("sqlite:/a b?x=y").path(), Some(PathBuf::from("/a b")));
    }
}
