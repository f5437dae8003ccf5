//! Where a configuration comes from, so that it can be read again.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Config, ConfigError, Upstream};

/// The file that is read where none is named.
pub(crate) const USUAL_FILE: &str = "cfaccess-local.toml";
const BYTES_MAX: u64 = 1 << 20;

/// Where it comes from, and what the command line says besides.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) origin: Origin,
    pub(crate) face_is_exact: bool,
    /// In place of the team's, in seconds.
    pub(crate) session_duration: Option<i64>,
}

#[derive(Clone, Debug)]
pub(crate) enum Origin {
    File(PathBuf),
    /// No file: one application in front of this.
    Upstream(Upstream),
}

impl Source {
    /// Reads it, or reads it again. An error begins with the path of the file.
    pub(crate) fn read(&self) -> Result<Config, ConfigError> {
        let mut config = match &self.origin {
            Origin::File(path) => read_file(path, self.face_is_exact)
                .map_err(|ConfigError(message)| ConfigError(format!("{}: {message}", path.display())))?,
            Origin::Upstream(upstream) => Config::for_upstream(upstream.clone(), self.face_is_exact),
        };
        if let Some(seconds) = self.session_duration {
            config.team.session_duration = seconds;
        }
        Ok(config)
    }
}

fn read_file(path: &Path, face_is_exact: bool) -> Result<Config, ConfigError> {
    let failed = |error: std::io::Error| ConfigError(error.to_string());
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > BYTES_MAX {
        return Err(ConfigError("it is larger than 1 MiB".to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|_| ConfigError("it is not UTF-8".to_owned()))?;
    Config::parse(&text, face_is_exact)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const FILE: &str = "[[application]]\nname = \"wiki\"\nupstream = \"http://127.0.0.1:8000\"\n";

    fn source(path: &Path) -> Source {
        Source { origin: Origin::File(path.to_owned()), face_is_exact: false, session_duration: Some(60) }
    }

    #[test]
    fn a_file_is_read_as_it_is_now() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(USUAL_FILE);
        fs::write(&path, FILE).expect("a file");
        let config = source(&path).read().expect("a configuration");
        assert_eq!(config.team.session_duration, 60);
        fs::write(&path, "x = 1").expect("a file");
        let error = source(&path).read().expect_err("a wrong file").0;
        assert_eq!(error, format!("{}: line 1: unknown name \"x\"", path.display()));
    }

    #[test]
    fn a_file_that_is_no_text_of_that_size_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config");
        for (bytes, expected) in
            [(vec![b'#'; (1 << 20) + 1], "it is larger than 1 MiB"), (vec![b'#', 0xff], "it is not UTF-8")]
        {
            fs::write(&path, bytes).expect("a file");
            assert_eq!(
                source(&path).read().expect_err("refused").0,
                format!("{}: {expected}", path.display())
            );
        }
        let full = format!("{FILE}{}", "#".repeat((1 << 20) - FILE.len()));
        fs::write(&path, full).expect("a file");
        assert!(source(&path).read().is_ok());
        for missing in [folder.path().join("missing"), folder.path().to_owned()] {
            assert!(
                source(&missing).read().expect_err("no file").0.starts_with(&missing.display().to_string())
            );
        }
    }
}
