//! Messages on standard input, and lines of the log on standard error.

use crate::report::escape_control;
use lsp_server::Message;
use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{Receiver, channel};

/// Longer messages are skipped: a file of more than 4 MiB is not checked, and escapes make six bytes of one.
const MOST_BYTES: u64 = 32 << 20;
/// Longest line of a header.
const MOST_HEADER: u64 = 4096;

/// Writes a line for whoever looks why something does not work; editors keep them in a log.
pub fn log(text: &str) {
    let _ = writeln!(io::stderr(), "okep lsp: {}", escape_control(text));
}

/// Reads messages on a thread of its own, until there are no more.
pub fn listen() -> Receiver<Message> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            match read(&mut input) {
                Ok(Some(Ok(message))) => {
                    let Ok(()) = sender.send(message) else { return };
                }
                Ok(Some(Err(reason))) => log(&format!("a message was skipped: {reason}")),
                Ok(None) => return,
                Err(error) => return log(&format!("standard input cannot be read: {error}")),
            }
        }
    });
    receiver
}

/// The next message, or why it is none; nothing at the end of the input.
fn read(input: &mut impl BufRead) -> io::Result<Option<Result<Message, String>>> {
    let mut length: Option<u64> = None;
    loop {
        let mut line = Vec::new();
        if input.take(MOST_HEADER).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok();
            }
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let Some(length) = length else { return Ok(Some(Err("its header has no length".to_owned()))) };
    let mut body = input.take(length);
    if length > MOST_BYTES {
        io::copy(&mut body, &mut io::sink())?;
        return Ok(Some(Err(format!("it has {length} bytes, more than {} MiB", MOST_BYTES >> 20))));
    }
    let mut bytes = Vec::new();
    if (body.read_to_end(&mut bytes)? as u64) < length {
        return Ok(None);
    }
    Ok(Some(serde_json::from_slice(&bytes).map_err(|error| format!("it is not understood: {error}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The methods of what is read from the input, `!` for what is skipped.
    #[track_caller]
    fn check(input: &str, expected: &[&str]) {
        let mut bytes = input.as_bytes();
        let mut found = Vec::new();
        while let Some(message) = read(&mut bytes).expect("memory can be read") {
            found.push(match message {
                Ok(Message::Request(request)) => request.method,
                Ok(Message::Notification(notification)) => notification.method,
                Ok(Message::Response(_)) => "response".to_owned(),
                Err(_) => "!".to_owned(),
            });
        }
        assert_eq!(found, expected, "{input}");
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn messages_follow_each_other() {
        let one = framed(r#"{"jsonrpc":"2.0","id":1,"method":"one"}"#);
        let two = r#"{"jsonrpc":"2.0","method":"two","params":{"ä":"€"}}"#;
        let two = format!("Content-Type: x\r\ncontent-length:{}\r\n\r\n{two}", two.len());
        check(&(one.clone() + &two), &["one", "two"]);
        check(&(one + &framed(r#"{"id":1,"result":null}"#)), &["one", "response"]);
        check("", &[]);
    }

    #[test]
    fn what_is_no_message_is_skipped_and_the_next_one_is_read() {
        let good = framed(r#"{"id":1,"method":"one"}"#);
        for bad in ["", "{", "[]", "{\"id\":{}}", "{\"method\":1}", &"[".repeat(10_000)] {
            check(&(framed(bad) + &good), &["!", "one"]);
        }
        check(&("Content-Length: x\r\n\r\n".to_owned() + &good), &["!", "one"]);
        check(&("x".repeat(10_000) + "\r\n\r\n" + &good), &["!", "one"]);
        let huge = usize::try_from(MOST_BYTES).expect("it is small") + 1;
        check(&(framed(&" ".repeat(huge)) + &good), &["!", "one"]);
        check(&format!("Content-Length: {}\r\n\r\n{{", u64::MAX), &["!"]);
        check("Content-Length: 9\r\n\r\n{", &[]);
    }
}
