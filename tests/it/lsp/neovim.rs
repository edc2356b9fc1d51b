//! A real client: Neovim, set up as `docs/editors.md` says.

use crate::support::{Repo, path_with_okep, ran};
use std::path::Path;

/// The blocks of a language on a page.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let begin = format!("```{language}\n");
    let parts = page.split(begin.as_str()).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn neovim_shows_and_fixes_what_is_wrong() {
    let repo = Repo::clean();
    let mut version = repo.command("nvim");
    version.arg("--version");
    let Ok(version) = version.output() else {
        println!("skipped: there is no nvim; tests/run.sh installs it");
        return;
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let is_new = !["v0.7.", "v0.8.", "v0.9.", "v0.10."].iter().any(|old| version.contains(old));
    repo.add_okep(2140, "Tide Tables");
    let path = "docs/okeps/okep-2140-tide-tables.md";
    repo.edit("mkdocs.yml", "      - Tide Tables: okeps/okep-2140-tide-tables.md\n", "");
    let text = repo.read(path);
    let end = text.rfind("## References").expect("it is the last one");
    repo.write(path, format!("{}## References\n", &text[..end]));
    repo.commit("Propose tide tables");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(here.join("docs/editors.md")).expect("readable");
    let [new, old] = &blocks(&page, "lua")[..] else { panic!("two ways to set it up") };
    repo.write("../init.lua", format!("vim.cmd('filetype on')\n{}", if is_new { new } else { old }));
    let mut command = repo.command("nvim");
    let init = repo.beside("init.lua");
    let steps = format!("luafile {}", here.join("tests/it/lsp/neovim.lua").display());
    command.args(["--headless", "-i", "NONE", "-n", "-u"]).arg(init).arg(path).args(["-c", &steps]);
    command.env("PATH", path_with_okep());
    ran(command).exits(0);
    assert!(repo.read("mkdocs.yml").contains("okep-2140"), "it was saved");
    assert!(repo.read(path).contains("None that anybody knows of."), "it was saved");
    repo.json(&[]).exits(0);
}
