//! Our readings of MkDocs's world next to MkDocs itself.

mod links;
mod nav;
mod site_headings;
