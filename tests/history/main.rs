//! `okep history` on repositories made with the real git.

mod corpus;
mod links;
mod odd;
mod page;
mod random;
mod repo;
mod shown;
mod suggestions;
