//! What programs need to trust the certificates: two files, neither of which is a secret.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tempfile::{NamedTempFile, TempDir};

/// The certificate of the authority.
pub(crate) const CA_FILE: &str = "ca.pem";
/// That, and the roots of the system.
pub(crate) const BUNDLE_FILE: &str = "ca-bundle.pem";

/// [`CA_FILE`] and [`BUNDLE_FILE`]. Without a folder for them they are in one of their own, which only its owner enters,
/// and which goes with this value.
#[derive(Debug)]
pub(crate) struct TrustFiles {
    folder: PathBuf,
    /// Removes the folder.
    _temporary: Option<TempDir>,
    /// Whether there are roots of the system in the bundle.
    pub(crate) has_system_roots: bool,
}

impl TrustFiles {
    pub(crate) fn write(state: Option<&Path>, ca: &str) -> io::Result<TrustFiles> {
        let (folder, temporary) = match state {
            Some(state) => (state.to_owned(), None),
            None => {
                let private = Permissions::from_mode(0o700);
                let temporary =
                    tempfile::Builder::new().prefix("cfaccess-local-").permissions(private).tempdir()?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        let roots = rustls_native_certs::load_native_certs().certs;
        let bundle: String = roots.iter().map(|root| pem(root)).chain([ca.to_owned()]).collect();
        let files = TrustFiles { folder, _temporary: temporary, has_system_roots: !roots.is_empty() };
        replace(&files.ca(), ca)?;
        replace(&files.bundle(), &bundle)?;
        Ok(files)
    }

    /// Those that a server with this state folder writes.
    pub(crate) fn of(state: &Path) -> TrustFiles {
        TrustFiles { folder: state.to_owned(), _temporary: None, has_system_roots: true }
    }

    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.join(CA_FILE)
    }

    pub(crate) fn bundle(&self) -> PathBuf {
        self.folder.join(BUNDLE_FILE)
    }
}

/// Programs never see half a file.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    // Certificates are public, and a container may read them as another user.
    file.as_file().set_permissions(Permissions::from_mode(0o644))?;
    file.persist(path)?;
    Ok(())
}

/// RFC 7468: lines of 64 characters.
fn pem(der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let mut text = String::from("-----BEGIN CERTIFICATE-----");
    for (position, character) in encoded.chars().enumerate() {
        if position % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text + "\n-----END CERTIFICATE-----\n"
}
