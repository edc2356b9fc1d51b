//! `okep` judges enhancement proposals of OVN-Kubernetes and repairs what a machine may repair.

pub mod finding;
pub mod report;
pub mod text;
pub mod tree;
