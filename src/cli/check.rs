//! `okep check`: what is asked for, and what is printed of it.

use crate::audit::check::Outcome;
use crate::audit::identity::{identity, path_after};
use crate::audit::report::{HALF_STAGED, Report, Reported};
use crate::audit::selection::Selection;
use crate::cli::args::{CheckArgs, Format};
use crate::cli::invocation::{Caller, caller};
use crate::cli::output::{VERSION, print, print_error, print_patch, terminal};
use crate::cli::suggested_commands::{self, way_around};
use crate::cli::target::{self, NOTHING_TO_PUSH, Request, repository};
use crate::cli::values::{FailOn, okep_number};
use crate::files::inside;
use crate::fix::repair::{self, Repair};
use crate::fix::write;
use crate::git::{PushedRef, Repo};
use crate::report::{self, View, fixes::Writing};
use crate::rules::finding::{Finding, Safety};
use std::collections::BTreeSet;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

const INCOMPLETE: &str =
    "error: not everything could be read, so the result is incomplete; the notes name what is missing\n";

/// Of a file that `git commit PATH` takes as it is in HEAD.
const LEFT_OUT: &str =
    "this commit leaves out your changes to this file; name it too, or commit without paths";

/// Checks, and prints or fixes what was found.
pub fn check(dir: Option<&Path>, args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let mut request = asked(dir, args)?;
    let caller = if args.staged { caller(|name| std::env::var(name).ok()) } else { Caller::Person };
    match caller {
        Caller::Refs { from, to } => {
            let message = format!(
                "PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF are set: checking `{to}` against its merge base with \
                 `{from}`, not what is staged"
            );
            print_error(&format!("{}\n", report::escape_control(&message)));
            let args = &mut request.args;
            (args.staged, args.rev, args.since) = (false, Some(to), Some(from));
        }
        Caller::Push { local, from } => {
            let repo = repository(dir, NOTHING_TO_PUSH)?;
            return check_push(request, &repo.pushed(&local, from.as_deref())?, &repo);
        }
        Caller::Commit { is_temporary } => {
            (request.refused, request.is_temporary) = (Some("commit"), is_temporary);
        }
        Caller::Client => request.or_whole_index = true,
        Caller::Person => {}
    }
    check_state(&request)
}

/// What is asked for: a path that is not one here but the number of an OKEP (`5674`, `okep-5674`) is taken as that,
/// and `-` as the file whose text is on standard input.
fn asked(dir: Option<&Path>, args: &CheckArgs) -> anyhow::Result<Request> {
    let mut request = Request { dir: dir.map(Path::to_owned), args: args.clone(), ..Request::default() };
    let (here, args) = (request.dir.as_deref().unwrap_or(Path::new(".")), &mut request.args);
    let numbers = &mut args.okep;
    args.paths.retain(|path| {
        let number = path.to_str().and_then(|word| okep_number(word).ok());
        let number = number.filter(|_| here.join(path).symlink_metadata().is_err());
        numbers.extend(number);
        number.is_none()
    });
    let mut inputs = args.paths.iter_mut().filter(|path| path.as_os_str() == "-");
    if let Some(file) = &args.stdin_filename {
        inputs.for_each(|path| path.clone_from(file));
        let mut text = Vec::new();
        std::io::stdin().lock().read_to_end(&mut text)?;
        request.unsaved = Some((file.clone(), text));
    } else if inputs.next().is_some() {
        anyhow::bail!("`-` is standard input: name the file it belongs to with `--stdin-filename PATH -`");
    }
    Ok(request)
}

fn selection(args: &CheckArgs) -> Selection {
    let paths = !args.paths.is_empty();
    Selection { select: args.select.clone(), ignore: args.ignore.clone(), okeps: args.okep.clone(), paths }
}

/// Checks what each ref that is pushed would introduce; git writes a line for each to standard input.
pub fn pre_push(dir: Option<&Path>) -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    let repo = repository(dir, NOTHING_TO_PUSH)?;
    let request = asked(dir, &CheckArgs::default())?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let Some(pushed) = PushedRef::parse(&line) else {
            anyhow::bail!(
                "`{line}` is not a line that git passes to a pre-push hook: local ref, local id, remote \
                 ref, remote id"
            );
        };
        if pushed.is_checked {
            let one = check_push(request.clone(), &pushed, &repo)?;
            code = if one == ExitCode::SUCCESS { code } else { one };
        }
    }
    Ok(code)
}

fn check_push(mut request: Request, pushed: &PushedRef, repo: &Arc<Repo>) -> anyhow::Result<ExitCode> {
    (request.args.staged, request.args.rev) = (false, Some(pushed.local.to_string()));
    request.bases = repo.push_bases(pushed);
    (request.refused, request.repo) = (Some("push"), Some(repo.clone()));
    match check_state(&request) {
        // A branch without OKEPs, such as that of a built site.
        Err(error) if target::is_no_folder(&error) => Ok(ExitCode::SUCCESS),
        result => result,
    }
}

fn check_state(request: &Request) -> anyhow::Result<ExitCode> {
    let args = &request.args;
    if let Some(most) = args.fix.or(args.diff) {
        let is_word = |path: &&PathBuf| {
            ["all", "safe"].iter().any(|word| path.as_os_str() == *word)
                && !request.here().join(path).exists()
        };
        if let Some(path) = args.paths.iter().find(is_word) {
            let (flag, word) = (if args.fix.is_some() { "--fix" } else { "--diff" }, path.display());
            anyhow::bail!("there is no file `{word}`; to choose the fixes, write `{flag}={word}`");
        }
        return fix(request, most);
    }
    let outcome = match (target::check(request), request.refused) {
        (Err(error), Some(what)) if !target::is_no_folder(&error) => {
            anyhow::bail!("{error}; {what} refused; `{}` skips okep", way_around(what))
        }
        (checked, _) => checked?,
    };
    // Freeing hundreds of documents one by one takes longer than leaving it to the system.
    let outcome = Box::leak(Box::new(outcome));
    selection(args).apply(&mut outcome.report, &outcome.config.layout.folder)?;
    if request.is_temporary {
        let half = outcome.report.notes.iter_mut().filter(|note| note.kind == HALF_STAGED);
        half.for_each(|note| note.message = LEFT_OUT.to_owned());
    }
    repair::show(outcome, request.is_thorough());
    outcome.report.away = outcome.root.as_deref().is_some_and(suggested_commands::is_away);
    let code = code(outcome, args);
    let refused = request.refused.filter(|_| code != ExitCode::SUCCESS);
    if !is_silent(&outcome.report, request) || outcome.incomplete {
        print(shown(outcome, request, refused))?;
    }
    if outcome.incomplete {
        print_error(INCOMPLETE);
    }
    if let Some(what) = refused.filter(|_| !matches!(args.format, Format::Auto | Format::Full)) {
        print_error(&format!("okep: {what} refused; `{}` skips okep\n", way_around(what)));
    }
    Ok(code)
}

/// Whether a hook has nothing to report, or nothing that OKEPs depend on is staged.
fn is_silent(report: &Report, Request { args, refused, .. }: &Request) -> bool {
    let is_quiet = report.live().next().is_none()
        && (refused.is_some() && report.notes.is_empty() || is_nothing_staged(report));
    is_quiet && args.format == Format::Auto && !args.verbose
}

fn is_nothing_staged(report: &Report) -> bool {
    report.notes.iter().any(|note| note.kind == "nothing-staged")
}

/// The report in the format that was asked for.
fn shown(outcome: &Outcome, request: &Request, refused: Option<&'static str>) -> String {
    let (report, terminal, args) = (&outcome.report, terminal(), &request.args);
    let hints = args.fail_on == FailOn::Hint || args.format == Format::Full;
    let all = report.since.is_none() && args.paths.is_empty() && args.okep.is_empty();
    let mut view = View { hints, all, refused, suggestions: Vec::new() };
    let is_folded = args.statistics || args.format == Format::Auto && report::auto::is_folded(report, &view);
    let after = suggested_commands::after_check(request, report, refused.is_some());
    view.suggestions = suggested_commands::suggestions(&after, report, &view, is_folded);
    match args.format {
        _ if args.quiet => report::short::short(report),
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
fn fix(request: &Request, most: Safety) -> anyhow::Result<ExitCode> {
    let args = &request.args;
    let writes = args.fix.is_some();
    if writes && args.rev.is_some() {
        return Err(repair::Error::NotTheWorktree.into());
    }
    let request = &Request { repo: Repo::discover(request.dir.as_deref())?, ..request.clone() };
    let repo = request.repo.as_ref();
    let root = repo.and_then(|repo| repo.root()).unwrap_or(request.here());
    let alone = if writes { write::alone(root)? } else { None };
    let selection = selection(args);
    let check = |request: &Request| -> anyhow::Result<Outcome> {
        let mut outcome = target::check(request)?;
        selection.apply(&mut outcome.report, &outcome.config.layout.folder)?;
        Ok(outcome)
    };
    let asked = check(request)?;
    let (introduced, refused) = (repair::introduced(&asked), code(&asked, args));
    // What is staged is checked, and the working files are written: what is staged stays as it was.
    let writes_staged = writes && args.staged;
    let args_on_disk = CheckArgs { staged: args.staged && !writes, ..args.clone() };
    let on_disk = Request { args: args_on_disk, ..request.clone() };
    let outcome = if writes_staged { check(&on_disk)? } else { asked };
    let folder = outcome.config.layout.folder.clone();
    let is_introduced = |f: &Finding| !writes_staged || introduced.contains(&identity(f, &[]));
    let wanted = |f: &Finding| selection.includes(f, &folder) && is_introduced(f);
    let before = repair::introduced(&outcome);
    let repair = repair::plan(&outcome, repo, writes_staged.then_some(&introduced), most, &wanted)?;
    let mut after = outcome;
    if writes && !repair.patch.is_empty() {
        if let Err(error) = repair::write(&after, &repair) {
            // Printed before the patch, and again after it: a patch looks like what was done.
            print_error(&format!("error: {}\n", report::escape_control(&error.to_string())));
            print_error("this would have been written:\n");
            print_patch(&repair.patch)?;
            return Err(error.into());
        }
        after = check_again(on_disk, &after, &repair)?;
        // A fix may have renamed the OKEP.
        let _ = selection.apply(&mut after.report, &folder);
    }
    // A prompt that a fix added is the author's to answer.
    let is_added = |f: &Finding| !before.contains(&identity(f, &[]));
    after.report.findings.retain(|Reported { finding, .. }| is_introduced(finding) || is_added(finding));
    // Everything is written; whoever reads the patch in a pager keeps nobody else waiting.
    drop(alone);
    // What was written is reported whether or not the patch can be printed.
    let printed = print_patch(&repair.patch);
    print_error(&fixed(&after, &repair, request));
    if writes_staged && !repair.patch.is_empty() {
        let files: BTreeSet<&str> = repair.fixed.applied.iter().flat_map(repair::touched).collect();
        print_error(&stage("stage it:   ", files, request, &after));
    }
    printed?;
    if after.incomplete {
        print_error(INCOMPLETE);
    }
    if writes && repair.has_unwritable() {
        return Ok(ExitCode::from(2));
    }
    // Nothing was written: what is staged is as it was.
    Ok(if writes_staged && repair.patch.is_empty() { refused } else { code(&after, args) })
}

/// The line with the command that stages files.
fn stage(label: &str, files: BTreeSet<&str>, request: &Request, outcome: &Outcome) -> String {
    let away = outcome.root.as_deref().is_none_or(suggested_commands::is_away);
    let command = suggested_commands::stage(request, files, away);
    format!("  {label}{}\n", report::escape_control(&command))
}

/// What was fixed and what is left, in words.
fn fixed(after: &Outcome, repair: &Repair, request: &Request) -> String {
    let args = &request.args;
    let writes = args.fix.is_some();
    let writing = match writes {
        true => Writing::Done,
        false if args.rev.is_some() || request.unsaved.is_some() => Writing::Impossible,
        false => Writing::Possible,
    };
    let mut out = report::fixes::summary(repair, writing) + &report::fixes::notes(&after.report, repair);
    let half = suggested_commands::half_staged(&repair.notes);
    if !half.is_empty() {
        out += &stage("stage your changes:  ", half, request, after);
    }
    out += &report::patch::readable(&repair.left_alone, &terminal());
    if (writes || repair.patch.is_empty()) && after.report.counts().total() > 0 {
        let view = View { hints: true, ..View::default() };
        let verdict = report::summary::verdict(&after.report, &view, &terminal());
        let command = suggested_commands::check(request, "");
        out += &format!("{verdict}\n  in detail:  {}\n", report::escape_control(&command));
    }
    out
}

/// Checks what is left after a repair was written; a file that was asked for may have another name now.
fn check_again(mut request: Request, outcome: &Outcome, repair: &Repair) -> anyhow::Result<Outcome> {
    let from = request.here().to_owned();
    let root = outcome.root.as_deref().unwrap_or(&from);
    for path in &mut request.args.paths {
        let path_inside = inside(path, &from, root);
        let now = path_after(&path_inside, &repair.fixed.renames);
        if now != path_inside {
            *path = root.join(now);
        }
    }
    target::check(&request)
}

fn code(outcome: &Outcome, args: &CheckArgs) -> ExitCode {
    if outcome.incomplete {
        return ExitCode::from(2);
    }
    let fail_on = if args.strict { FailOn::Warning } else { args.fail_on };
    ExitCode::from(u8::from(outcome.report.live().any(|finding| fail_on.fails(finding.severity))))
}

/// `okep demo`: builds the sample repository and checks it.
pub fn demo(from: Option<&Path>, place: &Path) -> anyhow::Result<String> {
    let dir = from.map_or_else(|| place.to_path_buf(), |from| from.join(place));
    let is_new = !super::demo::is_in(&dir);
    if is_new {
        super::demo::build(&dir)?;
    }
    let request = asked(Some(&dir), &CheckArgs::default())?;
    let mut outcome = target::check(&request)?;
    repair::show(&mut outcome, false);
    let shell_dir = suggested_commands::shell_path(&dir);
    Ok(format!(
        "A sample repository with six OKEPs is {} in {shell_dir}. `okep -C {shell_dir} check` prints:\n\n{}\n\
         Try next:\n  okep -C {shell_dir} check --format full\n  okep explain missing-section\n  \
         okep -C {shell_dir} history --format html > okep-demo.html\n",
        if is_new { "now" } else { "already" },
        shown(&outcome, &request, None)
    ))
}
