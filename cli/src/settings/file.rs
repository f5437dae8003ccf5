//! The configuration file.

use std::env;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::exit::Failure;
use crate::time;

const SYSTEM: &str = "/etc/cfaccess/config.toml";
const BYTES_MAX: u64 = 1 << 20;

/// What it may say, by the names of the long flags.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    #[serde(skip)]
    pub path: Option<PathBuf>,
    pub team: Option<String>,
    #[serde(default)]
    pub audience: OneOrMore,
    #[serde(default)]
    pub allow_service: OneOrMore,
    #[serde(default)]
    pub allow_any_service: bool,
    pub leeway: Option<Seconds>,
    pub max_age: Option<Seconds>,
    pub max_lifetime: Option<Seconds>,
    pub keys: Option<PathBuf>,
    pub ca_file: Option<PathBuf>,
    pub timeout: Option<Seconds>,
    pub store: Option<String>,
    pub account: Option<String>,
    pub api_token_file: Option<PathBuf>,
}

/// A string, or a list of strings.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Words")]
pub struct OneOrMore(pub Vec<String>);

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
enum Words {
    One(String),
    More(Vec<String>),
}

/// A number of seconds, or a duration in words.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "Number")]
pub struct Seconds(pub i64);

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number of seconds or a duration such as \"5m\"")]
enum Number {
    Integer(i64),
    Text(String),
}

impl From<Words> for OneOrMore {
    fn from(words: Words) -> OneOrMore {
        match words {
            Words::One(word) => OneOrMore(vec![word]),
            Words::More(words) => OneOrMore(words),
        }
    }
}

impl TryFrom<Number> for Seconds {
    type Error = String;

    fn try_from(number: Number) -> Result<Seconds, String> {
        match number {
            Number::Integer(seconds) => Ok(Seconds(seconds)),
            Number::Text(text) => time::seconds(&text).map(Seconds),
        }
    }
}

impl ConfigFile {
    /// The file that was named, or else the first of the usual ones that exists.
    pub fn read(named: Option<&Path>) -> Result<ConfigFile, Failure> {
        if let Some(path) = named {
            return open(path).and_then(|file| parse(file, path)).map_err(|fault| unusable(path, &fault));
        }
        for path in usual_places() {
            match File::open(&path) {
                Ok(file) => return parse(file, &path).map_err(|fault| unusable(&path, &fault)),
                Err(error) if is_absence(&error) => {}
                Err(error) => return Err(unusable(&path, &error.to_string())),
            }
        }
        Ok(ConfigFile::default())
    }
}

fn usual_places() -> impl Iterator<Item = PathBuf> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let own = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")));
    own.map(|folder| folder.join("cfaccess/config.toml")).into_iter().chain([PathBuf::from(SYSTEM)])
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn open(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|error| error.to_string())
}

/// The file that was named, whatever it may say.
pub fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    open(path).and_then(parse_toml).map_err(|fault| unusable(path, &fault))
}

fn parse(file: File, path: &Path) -> Result<ConfigFile, String> {
    Ok(ConfigFile { path: Some(path.to_owned()), ..parse_toml(file)? })
}

fn parse_toml<T: DeserializeOwned>(file: File) -> Result<T, String> {
    check_owner(&file)?;
    let mut text = String::new();
    file.take(BYTES_MAX).read_to_string(&mut text).map_err(|error| error.to_string())?;
    // The reader's own message shows the line, in which a password may stand.
    toml::from_str(&text).map_err(|error| {
        let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.lines().count());
        let place = line.map(|line| format!("line {}: ", line.max(1))).unwrap_or_default();
        format!("{place}{}", error.message())
    })
}

/// Whoever can write it chooses what is accepted, and where revocations go.
fn check_owner(file: &File) -> Result<(), String> {
    let about = file.metadata().map_err(|error| error.to_string())?;
    let own = rustix::process::geteuid().as_raw();
    if ![0, own].contains(&about.uid()) {
        return Err("it belongs to another user".to_owned());
    }
    if about.is_file() && about.mode() & 0o002 != 0 {
        return Err("everybody may write it (chmod o-w)".to_owned());
    }
    Ok(())
}

fn unusable(path: &Path, fault: &str) -> Failure {
    Failure::config(format!("the configuration file {} cannot be used: {fault}", path.display()))
}
