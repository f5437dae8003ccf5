//! The configuration, read again while requests are answered.

use std::sync::Arc;

use crate::access::Access;
use crate::config::{ConfigError, Source};

impl Access {
    /// Reads the configuration again; one that is wrong leaves the old one in force. Says what takes a new start.
    pub(crate) fn read_again(&self, source: &Source) -> Result<Vec<String>, ConfigError> {
        let config = source.read()?;
        if let Some(why) = self.names.as_ref().and_then(|names| names.refusal(&config)) {
            return Err(ConfigError(why));
        }
        let without_secret =
            config.service_tokens.iter().filter(|token| !self.secrets.contains_key(&token.client_id));
        let notes = without_secret
            .map(|token| {
                format!("service token {:?} has no secret yet; it gets one at the next start", token.name)
            })
            .collect();
        self.config.store(Arc::new(config));
        Ok(notes)
    }
}
