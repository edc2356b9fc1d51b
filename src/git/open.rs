//! Finds and opens the repository, and decides whose environment counts.

use super::error::is_partial_clone;
use super::hooks::absolute;
use super::{Error, OnceMap, Repo, said};
use gix::ThreadSafeRepository;
use gix::discover::upwards::Error as Search;
use gix::sec::trust::Mapping;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use thread_local::ThreadLocal;

/// The variables by which git tells a hook, or anything else it runs, which repository it means.
const LOCAL: [&str; 5] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"];

pub(crate) fn discover(dir: Option<&Path>) -> Result<Option<Repo>, Error> {
    #[cfg(debug_assertions)]
    super::counts::OPENED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let here = env::current_dir().map_err(|source| Error::Folder { path: ".".into(), source })?;
    let Some(dir) = dir else { return with_environment(&here) };
    let dir = here.join(dir);
    if let Err(source) = std::fs::read_dir(&dir) {
        return Err(Error::Folder { path: dir, source });
    }
    if LOCAL.iter().all(|name| env::var_os(name).is_none()) {
        return with_environment(&dir);
    }
    let Some(named) = without_environment(&dir)? else { return Ok(None) };
    // A repository that the environment means but that cannot be opened is not the one asked for.
    let is_named = |meant: &Repo| absolute(meant.safe.git_dir()) == absolute(named.safe.git_dir());
    Ok(with_environment(&here).ok().flatten().filter(is_named).or(Some(named)))
}

fn with_environment(dir: &Path) -> Result<Option<Repo>, Error> {
    let open = |refuses: bool| {
        let trust = trust(|options| options.bail_if_untrusted(refuses));
        ThreadSafeRepository::discover_with_environment_overrides_opts(dir, upwards(), trust)
            .map(Some)
            .or_else(|error| not_there(error, dir, env::var_os("GIT_DIR").map(PathBuf::from)))
    };
    let opened = match open(true) {
        Err(Error::Untrusted { path }) if is_trusted_by_environment(&path) => open(false),
        opened => opened,
    };
    let Some(mut safe) = opened? else { return Ok(None) };
    let mut root = safe.work_dir().map(|root| dir.join(root));
    let is_bare = || safe.to_thread_local().config_snapshot().boolean("core.bare") == Some(true);
    if root.is_none() && env::var_os("GIT_DIR").is_some() && !is_bare() {
        // As git has it: GIT_DIR alone means that the current folder is the top of the working tree.
        root = Some(dir.to_path_buf());
    }
    let objects = named_objects(&mut safe, root.as_deref().unwrap_or(dir))
        .map_err(|error| Error::Open { path: dir.to_path_buf(), reason: format!("its objects: {error}") })?;
    let index_path = match env::var_os("GIT_INDEX_FILE").map(PathBuf::from) {
        // Git resolves it after it went to the top of the working tree, gix from the current folder.
        Some(path) if !path.as_os_str().is_empty() => root.as_deref().unwrap_or(dir).join(path),
        _ => safe.git_dir().join("index"),
    };
    Ok(Some(Repo { root, index_path: dir.join(index_path), _objects: objects, ..repo(safe) }))
}

/// Whether `safe.directory` of the environment, as `git -c` and `GIT_CONFIG_COUNT` set it, names a repository; gix asks
/// files alone.
fn is_trusted_by_environment(path: &Path) -> bool {
    let path = absolute(path);
    let names_it = |folder: &str| match folder.strip_suffix("/*") {
        Some(above) => path.starts_with(absolute(Path::new(above))),
        None => folder == "*" || absolute(Path::new(folder)) == path,
    };
    let parameters = env::var("GIT_CONFIG_PARAMETERS").unwrap_or_default();
    let passed = parameters.split("' '").filter_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let is_meant = key.replace('\'', "").eq_ignore_ascii_case("safe.directory");
        is_meant.then(|| value.replace('\'', ""))
    });
    let counted = gix::config::File::from_environment_overrides().ok();
    let counted = counted.as_ref().and_then(|config| config.strings("safe.directory")).unwrap_or_default();
    let named: Vec<String> = passed.chain(counted.iter().map(|folder| folder.to_string())).collect();
    // An empty value takes back what was named before it.
    named.rsplit(String::is_empty).next().is_some_and(|named| named.iter().any(|folder| names_it(folder)))
}

/// Reads objects where the environment says they are, as in the quarantine of a push that is being received.
///
/// gix knows no folders of objects but the repository's own and those that its `info/alternates` names, so that
/// a folder of ours names them, which is kept as long as the repository is open.
fn named_objects(safe: &mut ThreadSafeRepository, dir: &Path) -> std::io::Result<Option<tempfile::TempDir>> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let (own, others) = (named("GIT_OBJECT_DIRECTORY"), named("GIT_ALTERNATE_OBJECT_DIRECTORIES"));
    if own.is_none() && others.is_none() {
        return Ok(None);
    }
    let own = own.map_or_else(|| safe.objects_dir().to_path_buf(), PathBuf::from);
    let others = others.iter().flat_map(env::split_paths);
    let mut lines = Vec::new();
    for folder in std::iter::once(own).chain(others) {
        lines.extend_from_slice(dir.join(folder).as_os_str().as_encoded_bytes());
        lines.push(b'\n');
    }
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join("info"))?;
    std::fs::write(folder.path().join("info/alternates"), lines)?;
    let replaced: Vec<_> = safe.objects.replacements().collect();
    let local = safe.to_thread_local();
    let options = gix::odb::store::init::Options::default();
    let hash = local.object_hash();
    let store = gix::odb::Store::at_opts(folder.path().into(), hash, &mut replaced.into_iter(), options)?;
    safe.objects = store.into();
    Ok(Some(folder))
}

fn without_environment(dir: &Path) -> Result<Option<Repo>, Error> {
    let mut permissions = gix::open::Permissions::all();
    permissions.env.git_prefix = gix::sec::Permission::Deny;
    let trust = trust(|options| options.permissions(permissions));
    let opened = ThreadSafeRepository::discover_opts(dir, upwards().apply_environment(), trust).map(Some);
    Ok(opened.or_else(|error| not_there(error, dir, None))?.map(repo))
}

fn repo(safe: ThreadSafeRepository) -> Repo {
    let is_partial = is_partial_clone(&safe.to_thread_local());
    let (root, index_path) = (safe.work_dir().map(Path::to_path_buf), safe.git_dir().join("index"));
    let (index, blobs) = (Mutex::default(), OnceMap::default());
    let (vanished, handles) = (Mutex::default(), ThreadLocal::new());
    Repo { safe, _objects: None, root, index_path, index, blobs, is_partial, vanished, handles }
}

fn upwards() -> gix::discover::upwards::Options<'static> {
    // Git ignores ceilings that do not apply.
    gix::discover::upwards::Options { match_ceiling_dir_or_error: false, ..Default::default() }
}

fn trust(adapt: impl Fn(gix::open::Options) -> gix::open::Options) -> Mapping<gix::open::Options> {
    let Mapping { full, reduced } = Mapping::<gix::open::Options>::default();
    // Where such an index names a pack that is gone, git reads on in the others, and gix does not.
    let settings = ["core.multiPackIndex=false"];
    let careful = |options: gix::open::Options| {
        adapt(options.bail_if_untrusted(true)).lossy_config(true).config_overrides(settings)
    };
    Mapping { full: careful(full), reduced: careful(reduced) }
}

/// Sorts a failure to open: no repository at all is none, everything else an error of ours.
fn not_there<T>(error: gix::Error, dir: &Path, git_dir: Option<PathBuf>) -> Result<Option<T>, Error> {
    let is_refused = error.is_permission_denied() && error.downcast_any_ref::<std::io::Error>().is_none();
    Err(match (error.downcast_any_ref::<Search>(), git_dir) {
        (Some(Search::NoTrustedGitRepository { candidate, .. }), _) => {
            Error::Untrusted { path: candidate.clone() }
        }
        (Some(_), _) => return Ok(None),
        (None, _) if is_refused => {
            // As git's own message names the repository.
            let top = dir.ancestors().find(|folder| folder.join(".git").exists());
            Error::Untrusted { path: top.unwrap_or(dir).to_path_buf() }
        }
        (None, Some(path)) if error.is_not_found() => Error::GitDir { path },
        _ => Error::Open { path: dir.to_path_buf(), reason: said(&error) },
    })
}
