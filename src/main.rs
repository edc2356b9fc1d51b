use std::process::ExitCode;

fn main() -> ExitCode {
    okep::cli::run(std::env::args_os())
}
