//! What the URL of a store says.

use std::path::PathBuf;

/// `PATH?allow_network=true&require_initialised=true`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::revocation) struct Location {
    pub(super) path: PathBuf,
    /// Whether the file may be on a network file system.
    pub(super) allow_network: bool,
    /// Whether a file that is missing is an error, rather than created.
    pub(super) require_initialised: bool,
}

impl Location {
    /// Reads what follows `sqlite:`. A relative path starts at the working directory of this moment.
    pub(in crate::revocation) fn parse(text: &str) -> Result<Location, &'static str> {
        let (path, parameters) = text.split_once('?').unwrap_or((text, ""));
        // What looks like a host would be taken for a folder of the root.
        if path.starts_with("//") && !path.starts_with("///") {
            return Err("sqlite: takes a path, not a host: sqlite:PATH");
        }
        if path.is_empty() || path.ends_with('/') || path.contains('\0') {
            return Err("sqlite: needs the path of a file: sqlite:PATH");
        }
        let path = std::path::absolute(path).map_err(|_| "the path after sqlite: cannot be used")?;
        let mut location = Location { path, allow_network: false, require_initialised: false };
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let option = match name {
                "allow_network" => &mut location.allow_network,
                "require_initialised" => &mut location.require_initialised,
                _ => return Err("sqlite: knows the parameters allow_network and require_initialised only"),
            };
            *option = value.parse().map_err(|_| "a parameter of sqlite: must be true or false")?;
        }
        Ok(location)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_url_names_a_path_and_what_is_allowed() {
        for (text, path, allow_network, require_initialised) in [
            ("/a/b.db", "/a/b.db", false, false),
            ("///a/b.db", "/a/b.db", false, false),
            ("/a/b c%20.db?", "/a/b c%20.db", false, false),
            ("/a?allow_network=true", "/a", true, false),
            ("/a?require_initialised=true&allow_network=false", "/a", false, true),
        ] {
            let location = Location::parse(text).expect(text);
            assert_eq!(location.path, Path::new(path), "{text}");
            let options = (location.allow_network, location.require_initialised);
            assert_eq!(options, (allow_network, require_initialised), "{text}");
        }
        let here = std::env::current_dir().expect("a folder");
        assert_eq!(Location::parse("b.db").expect("a path").path, here.join("b.db"));
    }

    #[test]
    fn what_could_not_be_meant_is_refused() {
        for text in [
            "",
            "?allow_network=true",
            "/a/",
            "/a\0b",
            "//host/a",
            "//a.db",
            "/a?mode=ro",
            "/a?allow_network",
            "/a?allow_network=1",
            "/a?Allow_Network=true",
        ] {
            Location::parse(text).expect_err(text);
        }
    }
}
