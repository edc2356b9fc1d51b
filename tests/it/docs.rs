//! README and docs are held to the program: commands that they show run, and the picture is real output.

use crate::support::{QUIET_GAUGES, Repo, path_with_okep, ran};
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn pages() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(path("docs")).expect("docs is a folder").flatten().map(|entry| entry.path());
    let pages = docs.filter(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.chain([path("README.md")]).collect()
}

/// The lines of `sh` blocks and of steps of a workflow that call okep, without their remarks.
fn commands(page: &str) -> Vec<String> {
    let line = |line: &str| {
        let line = line.trim().strip_prefix("- run: ").unwrap_or(line.trim());
        let command = line.split(" #").next().unwrap_or(line).trim();
        let is_call = command == "okep" || command.starts_with("okep ");
        // Words in capitals are for the reader to fill in.
        let is_form = command.split(' ').any(|word| word.len() > 2 && word.chars().all(char::is_uppercase));
        (is_call && !is_form).then(|| command.to_owned())
    };
    let mut is_code = false;
    let lines = page.lines().filter_map(|text| {
        if text.starts_with("```") {
            is_code = text.starts_with("```sh") || text.starts_with("```yaml");
        }
        if is_code { line(text) } else { None }
    });
    lines.collect()
}

#[test]
fn commands_in_the_docs_run() {
    let mut seen = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).expect("a page is text");
        for command in commands(&text) {
            let repo = Repo::of("faulty");
            repo.add_okep(5224, "Connecting UDNs");
            repo.commit("Propose connecting UDNs");
            repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
            let mut shell = repo.command("sh");
            shell.args(["-c", &command]).env("PATH", path_with_okep()).env("GITHUB_BASE_REF", "main");
            let run = ran(shell);
            assert!(run.code < 2, "{}: `{command}`: {run:?}", page.display());
            seen += 1;
        }
    }
    assert!(seen > 10, "only {seen} commands were found");
}

/// `OKEP_UPDATE_DOCS=1` writes it anew.
#[test]
fn the_picture_is_of_a_real_commit() {
    let repo = Repo::clean();
    repo.add_okep(2150, "Storm Shelters");
    repo.edit("mkdocs.yml", "      - Storm Shelters: okeps/okep-2150-storm-shelters.md\n", "");
    repo.git(&["add", "-A"]);
    assert!(repo.root.join(QUIET_GAUGES).exists());
    repo.okep(&["hook", "install"]).exits(0);
    let refused = repo.git_with_okep(&[("CLICOLOR_FORCE", "1")], &["commit", "-m", "Propose storm shelters"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let shown = format!("$ git commit -m \"Propose storm shelters\"\n{}", refused.stderr);
    let expected = svg(&shown);
    let file = path("docs/commit.svg");
    if std::env::var_os("OKEP_UPDATE_DOCS").is_some() {
        std::fs::write(&file, &expected).expect("the picture can be written");
    }
    let is_real = std::fs::read_to_string(&file).is_ok_and(|picture| picture == expected);
    assert!(
        is_real,
        "`OKEP_UPDATE_DOCS=1 cargo test --test it the_picture` writes docs/commit.svg: {shown:?}"
    );
}

/// Coloured text of a terminal as a picture.
fn svg(text: &str) -> String {
    let (width, height) = (820, 20 * text.lines().count() + 28);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, monospace\" font-size=\"14\" fill=\"#d4d4d4\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1e1e1e\"/>\n"
    );
    let mut style = String::new();
    for (nth, line) in text.lines().enumerate() {
        write!(out, "<text x=\"16\" y=\"{}\" xml:space=\"preserve\">", 28 + 20 * nth)
            .expect("it is a string");
        for (at, part) in line.split("\u{1b}[").enumerate() {
            let shown = if at == 0 {
                part
            } else {
                let (codes, rest) = part.split_once('m').expect("a colour ends in m");
                codes.split(';').for_each(|code| add_style(&mut style, code));
                rest
            };
            let escaped = shown.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            if !escaped.is_empty() {
                write!(out, "<tspan{style}>{escaped}</tspan>").expect("it is a string");
            }
        }
        out += "</text>\n";
    }
    out + "</svg>\n"
}

fn add_style(style: &mut String, code: &str) {
    match code {
        "0" | "" => style.clear(),
        "1" => *style += " font-weight=\"bold\"",
        "31" | "91" => *style += " fill=\"#f48771\"",
        "32" | "92" => *style += " fill=\"#89d185\"",
        "33" | "93" => *style += " fill=\"#e2c08d\"",
        "34" | "94" => *style += " fill=\"#6cb6ff\"",
        "35" | "95" => *style += " fill=\"#d7a6e0\"",
        "36" | "96" => *style += " fill=\"#4ec9b0\"",
        "2" => *style += " fill-opacity=\"0.7\"",
        _ => {}
    }
}
