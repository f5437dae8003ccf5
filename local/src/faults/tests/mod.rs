mod certs;
mod list;
mod store;
mod token;
