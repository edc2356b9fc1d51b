//! The language server: what `check` finds, and its fixes, while an author writes.
//!
//! One thread reads messages, another one answers them in order. Diagnostics wait until nobody has typed for a
//! moment; a request that needs them does not wait.

mod actions;
mod at_position;
mod client;
mod diagnostics;
mod document;
mod history_memo;
mod outcome_view;
mod position;
mod server;
mod uri;
mod wire;
mod workspace;

use lsp_server::Message;
use server::Server;
use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

/// Serves one client on standard input and output; true where it said goodbye as the protocol asks.
///
/// # Errors
/// The client reads no more.
pub fn serve(version: &str) -> io::Result<bool> {
    let messages = wire::listen();
    let mut server = Server::new(io::stdout().lock(), version);
    let mut queue: VecDeque<Message> = VecDeque::new();
    loop {
        let pause = server.due().map_or(Duration::MAX, |due| due.saturating_duration_since(Instant::now()));
        let next = queue.pop_front().map_or_else(|| messages.recv_timeout(pause), Ok);
        queue.extend(messages.try_iter());
        match next {
            Ok(Message::Notification(n)) if n.method == "exit" => return Ok(server.is_shut_down()),
            Ok(message) => server.handle(message, &queue)?,
            Err(RecvTimeoutError::Timeout) => server.check_due()?,
            Err(RecvTimeoutError::Disconnected) => return Ok(false),
        }
    }
}
