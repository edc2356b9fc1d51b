//! `okep check`: what is asked for, and what is printed of it.

use crate::audit::check::Outcome;
use crate::audit::identity::{AfterRenames, identity};
use crate::audit::report::Report;
use crate::audit::selection::Selection;
use crate::cli::args::{CheckArgs, Format};
use crate::cli::invocation::{Caller, caller};
use crate::cli::output::{VERSION, print, print_error, print_patch};
use crate::cli::pre_push::{self, Push};
use crate::cli::suggested_commands::{self, Call, Refused};
use crate::cli::target::{self, Request};
use crate::cli::terminal::terminal;
use crate::cli::values::{FailOn, okep_number};
use crate::files::inside;
use crate::fix::repair::{self, Repair};
use crate::fix::write;
use crate::git::{Id, Repo};
use crate::report::{self, View};
use crate::rules::finding::{Finding, Safety};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

const INCOMPLETE: &str =
    "error: not everything could be read, so the result is incomplete; the notes name what is missing\n";

/// Checks, and prints or fixes what was found.
pub fn check(dir: Option<&Path>, args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let args = &numbers_for_paths(dir, args);
    if args.stdin_filename.is_none() && args.paths.iter().any(|path| path.as_os_str() == "-") {
        anyhow::bail!("`-` is standard input: name the file it belongs to with `--stdin-filename PATH -`");
    }
    let caller = match args.staged {
        true => caller(|name| std::env::var(name).ok()),
        false => Caller::Person,
    };
    match caller {
        Caller::Refs { from, to } => {
            let message = format!(
                "PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF are set: checking `{to}` against its merge base with \
                 `{from}`, not what is staged"
            );
            print_error(&format!("{}\n", report::escape_control(&message)));
            let args = CheckArgs { staged: false, rev: Some(to), since: Some(from), ..args.clone() };
            check_state(dir, &args, &How::default())
        }
        Caller::Push { local, from } => {
            let repo = pre_push::repository(dir)?;
            check_push(dir, args, pre_push::of_pre_commit(&repo, &local, from.as_deref())?, &repo)
        }
        Caller::Commit => check_state(dir, args, &How { refused: Some(Refused::Commit), ..How::default() }),
        Caller::Client => check_state(dir, args, &How { or_whole_index: true, ..How::default() }),
        Caller::Person => check_state(dir, args, &How::default()),
    }
}

/// The arguments with what is not a path here but the number of an OKEP taken as one: `5674`, `okep-5674`.
fn numbers_for_paths(dir: Option<&Path>, args: &CheckArgs) -> CheckArgs {
    let here = dir.unwrap_or(Path::new("."));
    let mut args = args.clone();
    let numbers = &mut args.okep;
    args.paths.retain(|path| {
        let number = path.to_str().and_then(|word| okep_number(word).ok());
        let number = number.filter(|_| here.join(path).symlink_metadata().is_err());
        numbers.extend(number);
        number.is_none()
    });
    args
}

fn selection(args: &CheckArgs) -> Selection {
    let paths = !args.paths.is_empty();
    Selection { select: args.select.clone(), ignore: args.ignore.clone(), okeps: args.okep.clone(), paths }
}

/// What a hook adds to the arguments of a check.
#[derive(Default)]
struct How {
    /// Where nothing is staged, check the whole index.
    or_whole_index: bool,
    /// More commits whose findings are not new.
    bases: Vec<Id>,
    /// What is refused where the check fails.
    refused: Option<Refused>,
    /// The repository, where it is open already.
    repo: Option<Arc<Repo>>,
}

/// Checks what each ref that is pushed would introduce.
pub fn pre_push(dir: Option<&Path>) -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    let repo = pre_push::repository(dir)?;
    for push in pre_push::of_git(&repo, std::io::stdin().lock())? {
        let one = check_push(dir, &CheckArgs::default(), push, &repo)?;
        if one != ExitCode::SUCCESS {
            code = one;
        }
    }
    Ok(code)
}

fn check_push(
    dir: Option<&Path>,
    args: &CheckArgs,
    push: Push,
    repo: &Arc<Repo>,
) -> anyhow::Result<ExitCode> {
    let args = CheckArgs { staged: false, rev: Some(push.commit), ..args.clone() };
    let (bases, refused, repo) = (push.bases, Some(Refused::Push), Some(repo.clone()));
    match check_state(dir, &args, &How { bases, refused, repo, or_whole_index: false }) {
        // A branch without OKEPs, such as that of a built site.
        Err(error) if error.downcast_ref().is_some_and(target::Error::is_no_folder) => Ok(ExitCode::SUCCESS),
        result => result,
    }
}

/// The file whose text is on standard input, and the paths that are asked for: that file for `-`.
type Unsaved = Option<(PathBuf, Vec<u8>)>;

fn unsaved(args: &CheckArgs) -> anyhow::Result<(Unsaved, Vec<PathBuf>)> {
    let Some(path) = &args.stdin_filename else { return Ok((None, args.paths.clone())) };
    let mut text = Vec::new();
    std::io::stdin().lock().read_to_end(&mut text)?;
    let asked = |asked: &PathBuf| if asked.as_os_str() == "-" { path.clone() } else { asked.clone() };
    Ok((Some((path.clone(), text)), args.paths.iter().map(asked).collect()))
}

fn check_state(dir: Option<&Path>, args: &CheckArgs, how: &How) -> anyhow::Result<ExitCode> {
    let (unsaved, paths) = unsaved(args)?;
    let request = Request {
        dir: dir.map(Path::to_path_buf),
        staged: args.staged,
        or_whole_index: how.or_whole_index,
        rev: args.rev.clone(),
        since: args.since.clone(),
        bases: how.bases.clone(),
        unsaved,
        pull_request: args.pull_request,
        paths,
        thorough: matches!(args.format, Format::Json | Format::Sarif) || args.diff.or(args.fix).is_some(),
    };
    if let Some(which) = args.fix.or(args.diff) {
        let here = dir.unwrap_or(Path::new(""));
        let is_word = |path: &&PathBuf| {
            ["all", "safe"].iter().any(|word| path.as_os_str() == *word) && !here.join(path).exists()
        };
        if let Some(path) = args.paths.iter().find(is_word) {
            let (flag, word) = (if args.fix.is_some() { "--fix" } else { "--diff" }, path.display());
            anyhow::bail!("there is no file `{word}`; to choose the fixes, write `{flag}={word}`");
        }
        return fix(&request, args, which.most());
    }
    let repo = match &how.repo {
        Some(repo) => Ok(Some(repo.clone())),
        None => Repo::discover(dir),
    };
    let checked = repo.map_err(Into::into).and_then(|repo| target::check(&request, repo.as_ref()));
    let mut outcome = match (checked, how.refused) {
        (Err(error), Some(refused)) if !error.is_no_folder() => {
            anyhow::bail!("{error}; {} refused; `{}` skips okep", refused.what(), refused.way_around())
        }
        (checked, _) => checked?,
    };
    selection(args).apply(&mut outcome.report, &outcome.layout.folder)?;
    repair::show(&mut outcome, request.thorough);
    outcome.report.away = outcome.root.as_deref().is_some_and(suggested_commands::is_away);
    let code = code(&outcome, args);
    let refused = how.refused.filter(|_| code != ExitCode::SUCCESS);
    if !is_silent(&outcome.report, args, how) || outcome.incomplete {
        print(&shown(&outcome, &Call { dir, args, paths: &request.paths }, args, refused))?;
    }
    if outcome.incomplete {
        print_error(INCOMPLETE);
    }
    if let Some(refused) = refused.filter(|_| !matches!(args.format, Format::Auto | Format::Full)) {
        print_error(&format!("okep: {} refused; `{}` skips okep\n", refused.what(), refused.way_around()));
    }
    Ok(code)
}

/// Whether a hook has nothing to report, or nothing that OKEPs depend on is staged.
fn is_silent(report: &Report, args: &CheckArgs, how: &How) -> bool {
    let is_quiet = report.live().next().is_none()
        && (how.refused.is_some() && report.notes.is_empty() || is_nothing_staged(report));
    is_quiet && args.format == Format::Auto && !args.verbose
}

fn is_nothing_staged(report: &Report) -> bool {
    report.notes.iter().any(|note| note.kind == "nothing-staged")
}

/// The report in the format that was asked for.
fn shown(outcome: &Outcome, call: &Call, args: &CheckArgs, refused: Option<Refused>) -> String {
    let (report, terminal) = (&outcome.report, terminal());
    if args.quiet || args.format == Format::Short {
        return report::short::short(report);
    }
    let mut view = View {
        hints: args.fail_on == FailOn::Hint || args.format == Format::Full,
        all: report.since.is_none() && args.paths.is_empty() && args.okep.is_empty(),
        refused: refused.map(Refused::what),
        suggestions: Vec::new(),
    };
    let is_folded = args.statistics || args.format == Format::Auto && report::auto::is_folded(report, &view);
    view.suggestions = suggested_commands::suggestions(call, report, &view, is_folded);
    view.suggestions.extend(refused.map(Refused::suggestion));
    match args.format {
        _ if args.statistics => report::statistics::statistics(report, &view, &terminal),
        Format::Auto if is_nothing_staged(report) => "nothing that OKEPs depend on is staged\n".to_owned(),
        Format::Auto => report::auto::auto(report, &view, &terminal),
        Format::Full => report::full::full(report, &view, &terminal),
        Format::Short => report::short::short(report),
        Format::Json => report::json::check(report, VERSION),
        Format::Sarif => report::sarif::sarif(report, !outcome.incomplete, VERSION),
        Format::Github => report::github::github(report),
        Format::Markdown => report::markdown::markdown(report),
    }
}

/// Shows the fixes, or writes them; the exit status is that of what is left.
fn fix(request: &Request, args: &CheckArgs, most: Safety) -> anyhow::Result<ExitCode> {
    let writes = args.fix.is_some();
    if writes {
        repair::may_write(request.rev.as_deref())?;
    }
    let repo = Repo::discover(request.dir.as_deref())?;
    let here = request.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let root = repo.as_ref().and_then(|repo| repo.root()).unwrap_or(&here).to_owned();
    let alone = if writes { write::alone(&root)? } else { None };
    let selection = selection(args);
    let asked = target::check(request, repo.as_ref())?;
    let introduced = repair::introduced(&asked);
    // What is staged is checked, and the working files are written.
    let writes_staged = writes && request.staged;
    let mut outcome = match writes_staged {
        true => target::check(&Request { staged: false, ..request.clone() }, repo.as_ref())?,
        false => asked,
    };
    let folder = outcome.layout.folder.clone();
    selection.apply(&mut outcome.report, &folder)?;
    let wanted = |f: &Finding| {
        selection.includes(f, &folder)
            && (!writes_staged || introduced.contains(&identity(f, &AfterRenames(&[]))))
    };
    let repair = repair::plan(&outcome, repo.as_ref(), writes_staged, most, &wanted)?;
    let mut after = match writes && !repair.patch.is_empty() {
        true => match repair::write(&outcome, &repair) {
            Ok(()) => {
                // The files were written, and what is staged is as it was.
                let written = Request { staged: false, ..request.clone() };
                let request = if writes_staged { &written } else { request };
                let mut after = check_again(request, repo.as_ref(), &outcome, &repair)?;
                // A fix may have renamed the OKEP.
                let _ = selection.apply(&mut after.report, &folder);
                after
            }
            Err(error) => {
                // Printed before the patch, and again after it: a patch looks like what was done.
                print_error(&format!("error: {}\n", report::escape_control(&error.to_string())));
                print_error("this would have been written:\n");
                print_patch(&repair.patch)?;
                return Err(error.into());
            }
        },
        false => outcome,
    };
    if writes_staged {
        let is_asked = |f: &Finding| introduced.contains(&identity(f, &AfterRenames(&[])));
        after.report.findings.retain(|reported| is_asked(&reported.finding));
    }
    // Everything is written; whoever reads the patch in a pager keeps nobody else waiting.
    drop(alone);
    // What was written is reported whether or not the patch can be printed.
    let printed = print_patch(&repair.patch);
    let call = Call { dir: request.dir.as_deref(), args, paths: &request.paths };
    print_error(&fixed(&after, &repair, &call, writes));
    if writes_staged && !repair.patch.is_empty() {
        let files: BTreeSet<&str> = repair.fixed.applied.iter().flat_map(repair::touched).collect();
        let away = after.root.as_deref().is_none_or(suggested_commands::is_away);
        let command = call.stage(files, away);
        print_error(&format!("  stage it:   {}\n", report::escape_control(&command)));
    }
    printed?;
    if after.incomplete {
        print_error(INCOMPLETE);
    }
    if writes && repair.has_unwritable() {
        return Ok(ExitCode::from(2));
    }
    Ok(code(&after, args))
}

/// What was fixed and what is left, in words.
fn fixed(after: &Outcome, repair: &Repair, call: &Call, writes: bool) -> String {
    let mut out = report::fixes::summary(repair, writes) + &report::fixes::notes(&after.report, repair);
    let half = suggested_commands::half_staged(&repair.notes);
    if !half.is_empty() {
        let away = after.root.as_deref().is_none_or(suggested_commands::is_away);
        let command = call.stage(half, away);
        out += &format!("  stage your changes:  {}\n", report::escape_control(&command));
    }
    out += &report::patch::readable(&repair.left_alone, &terminal());
    if (writes || repair.patch.is_empty()) && after.report.counts().total() > 0 {
        let view = View { hints: true, ..View::default() };
        let verdict = report::summary::verdict(&after.report, &view, &terminal());
        out += &format!("{verdict}\n  in detail:  {}\n", report::escape_control(&call.with("")));
    }
    out
}

/// Checks what is left after a repair was written; a file that was asked for may have another name now.
fn check_again(
    request: &Request,
    repo: Option<&Arc<Repo>>,
    outcome: &Outcome,
    repair: &Repair,
) -> anyhow::Result<Outcome> {
    let from = request.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let root = outcome.root.as_deref().unwrap_or(&from);
    let renamed = |path: &PathBuf| {
        let path_inside = inside(path, &from, root);
        match repair::renamed(&path_inside, repair) {
            now if now == path_inside => path.clone(),
            now => root.join(now),
        }
    };
    let paths = request.paths.iter().map(renamed).collect();
    Ok(target::check(&Request { paths, ..request.clone() }, repo)?)
}

fn code(outcome: &Outcome, args: &CheckArgs) -> ExitCode {
    if outcome.incomplete {
        return ExitCode::from(2);
    }
    let fail_on = if args.strict { FailOn::Warning } else { args.fail_on };
    ExitCode::from(u8::from(outcome.report.live().any(|finding| fail_on.fails(finding.severity))))
}

/// `okep demo`: builds the sample repository and checks it.
pub fn demo(from: Option<&Path>, place: &Path) -> anyhow::Result<ExitCode> {
    let dir = from.map_or_else(|| place.to_path_buf(), |from| from.join(place));
    let is_new = !super::demo::is_in(&dir);
    if is_new {
        super::demo::build(&dir)?;
    }
    let repo = Repo::discover(Some(&dir))?;
    let request = Request { dir: Some(dir.clone()), ..Request::default() };
    let mut outcome = target::check(&request, repo.as_ref())?;
    repair::show(&mut outcome, false);
    let args = CheckArgs::default();
    let shell_dir = suggested_commands::shell(&dir.to_string_lossy());
    print(&format!(
        "A sample repository with six OKEPs is {} in {shell_dir}. `okep -C {shell_dir} check` prints:\n\n{}\n\
         Try next:\n  okep -C {shell_dir} check --format full\n  okep explain missing-section\n  \
         okep -C {shell_dir} history --format html > okep-demo.html\n",
        if is_new { "now" } else { "already" },
        shown(&outcome, &Call { dir: Some(&dir), args: &args, paths: &[] }, &args, None)
    ))?;
    Ok(ExitCode::SUCCESS)
}
