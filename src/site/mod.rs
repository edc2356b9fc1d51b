pub mod index_page;
pub mod index_page_edit;
pub mod mkdocs;
pub mod nav_edit;
