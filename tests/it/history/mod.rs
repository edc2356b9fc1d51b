//! `okep history` on repositories made with the real git.

mod corpus;
mod lineage_reference;
mod links;
mod odd;
mod page;
mod random;
mod ranges;
mod repo;
mod several;
mod shown;
mod suggestions;
mod unread;
