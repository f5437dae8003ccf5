//! The fields of a form.

use axum::extract::Request;

use super::error::ControlError;
use super::faults::Wanted;
use super::json::read;

/// Names with values. Of a field that is there twice, the first counts.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) async fn read(request: Request) -> Result<Fields, ControlError> {
        let body = read(request).await?;
        Ok(Fields(url::form_urlencoded::parse(&body).into_owned().collect()))
    }

    /// A field that is not left empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(key, _)| key == name);
        field.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    pub(super) fn needed(&self, name: &str) -> Result<&str, ControlError> {
        self.get(name).ok_or_else(|| ControlError::bad_request(format!("{name} is missing")))
    }

    pub(super) fn fault(&self) -> Result<Wanted, ControlError> {
        let text = |name| self.get(name).map(str::to_owned);
        let times = self.get("times").map(str::parse).transpose();
        Ok(Wanted {
            name: self.needed("name")?.to_owned(),
            app: text("app"),
            path: text("path"),
            times: times.map_err(|_| ControlError::bad_request("times has to be a number"))?,
            duration: text("for"),
        })
    }
}
