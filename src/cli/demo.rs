//! Builds the sample repository of `okep demo`: proposals with typical mistakes, and a history in
//! which mistakes come and go.
//!
//! The repository is a pack that git wrote; this file adds a branch, a working tree and an index to it. It checks
//! nothing, reads no git configuration and no environment, and starts no process.

use anyhow::{Context as _, bail};
use gix::ObjectId;
use gix::index::entry::Stat;
use std::io;
use std::path::{Path, PathBuf};

/// All objects, as `git repack` writes them, and where each of them is.
const PACK: &[u8] = include_bytes!("demo.pack");
const PACK_INDEX: &[u8] = include_bytes!("demo.idx");

/// The last commit.
const TIP: &str = "0a93648eaffd5bb4e6244db87566595670468ded";

/// How git describes the sample repository; the last thing that is written.
const DESCRIPTION: &str = "The sample repository of `okep demo`\n";
const DESCRIBED_IN: &str = ".git/description";

/// Builds the sample repository in `dir`, which is created where it does not exist.
///
/// Nothing is touched where `dir` is anything but absent or an empty folder. Where writing fails
/// half way, what was written remains and the error names it.
pub fn build(dir: &Path) -> anyhow::Result<()> {
    demand_empty(dir)?;
    let repo = init(dir)?;
    for (ending, bytes) in [("pack", PACK), ("idx", PACK_INDEX)] {
        write(dir.join(format!(".git/objects/pack/pack-{TIP}.{ending}")), bytes)?;
    }
    write(dir.join(".git/refs/heads/main"), format!("{TIP}\n").as_bytes())?;
    write_files(&repo, dir).with_context(|| no_git("write the index", dir))?;
    write(dir.join(DESCRIBED_IN), DESCRIPTION.as_bytes())
}

/// Writes a file, and the folders around it.
fn write(path: PathBuf, bytes: &[u8]) -> anyhow::Result<()> {
    create(path.parent().expect("a file below a folder has a parent"))?;
    std::fs::write(&path, bytes).with_context(|| no_file("write", &path))
}

fn create(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| no_file("create", folder))
}

fn no_file(action: &str, path: &Path) -> String {
    format!("could not {action} `{}`; check the permissions and the free space there", path.display())
}

fn no_git(action: &str, dir: &Path) -> String {
    let dir = dir.display();
    format!("could not {action} in the new repository `{dir}`; remove that folder and try again")
}

/// Whether the sample repository is in `dir` already, whatever was done with it since.
pub fn is_in(dir: &Path) -> bool {
    std::fs::read(dir.join(DESCRIBED_IN)).is_ok_and(|text| text == DESCRIPTION.as_bytes())
}

fn demand_empty(dir: &Path) -> anyhow::Result<()> {
    const REMEDY: &str = "name a folder that is empty or does not exist yet";
    match std::fs::read_dir(dir).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => bail!("`{}` is not empty; {REMEDY}", dir.display()),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(err) if err.kind() == io::ErrorKind::NotADirectory => {
            bail!("`{}` is not a folder; {REMEDY}", dir.display())
        }
        Err(err) => Err(err).with_context(|| no_file("read", dir)),
    }
}

/// A repository that knows nothing of the user: neither configuration nor environment is read, and
/// gix adds hook samples of its own in place of the user's template folder.
fn init(dir: &Path) -> anyhow::Result<gix::Repository> {
    create(dir)?;
    let options = gix::create::Options { object_hash: Some(gix::hash::Kind::Sha1), ..Default::default() };
    let (kind, isolated) = (gix::create::Kind::WithWorktree, gix::open::Options::isolated());
    let repo = gix::ThreadSafeRepository::init_opts(dir, kind, options, isolated);
    Ok(repo.with_context(|| no_git("begin", dir))?.to_thread_local())
}

/// Writes the files of the last commit, and the index with what the file system says of each of them, as `git status`
/// would otherwise take every file for changed until it has read it.
fn write_files(repo: &gix::Repository, dir: &Path) -> anyhow::Result<()> {
    let tree = repo.find_commit(ObjectId::from_hex(TIP.as_bytes())?)?.tree_id()?;
    let mut index = repo.index_from_tree(&tree)?;
    for (entry, path) in index.entries_mut_with_paths() {
        let path = dir.join(gix::path::from_bstr(path)?);
        write(path.clone(), &repo.find_blob(entry.id)?.data)?;
        let metadata = gix::index::fs::Metadata::from_path_no_follow(&path);
        let stat = metadata.and_then(|found| Stat::from_fs(&found).map_err(io::Error::other));
        entry.stat = stat.with_context(|| no_file("inspect", &path))?;
    }
    Ok(index.write(Default::default())?)
}

#[cfg(test)]
mod tests;
