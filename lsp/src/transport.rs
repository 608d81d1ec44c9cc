//! Messages over standard input and output.
//!
//! The reader of `lsp-server` ends at the first body that is not JSON. This one answers it with an error and continues,
//! because one broken message must not end a session.

use std::io::{self, BufRead, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::unbounded;
use lsp_server::{Connection, ErrorCode, Message};
use serde_json::{Value, json};

/// The greatest size of a body in bytes. No text of a program is larger, even with every character escaped.
const MAX_BODY: usize = 64 << 20;

/// The threads of a connection.
pub struct Threads {
    writer: JoinHandle<io::Result<()>>,
}

impl Threads {
    /// Waits until everything is written. The reader may still wait for input, and ends with the process.
    ///
    /// # Errors
    /// If the output was closed.
    pub fn join(self) -> io::Result<()> {
        self.writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer ended unexpectedly")))
    }
}

/// A connection over standard input and output.
pub fn stdio() -> (Connection, Threads) {
    connect(io::BufReader::new(io::stdin()), io::stdout())
}

fn connect(mut input: impl BufRead + Send + 'static, output: impl Write + Send + 'static) -> (Connection, Threads) {
    let output = Arc::new(Mutex::new(output));
    let (out, outgoing) = unbounded::<Message>();
    let (incoming, messages) = unbounded();
    let shared = Arc::clone(&output);
    let writer = std::thread::spawn(move || {
        for message in outgoing {
            write(&shared, &serde_json::to_value(message)?)?;
        }
        Ok(())
    });
    std::thread::spawn(move || {
        // the end of the input ends this thread, which closes the channel
        while let Ok(Some(body)) = read(&mut input) {
            let sent = match parse(&body) {
                Ok(message) => incoming.send(message).is_ok(),
                Err(answer) => answer.is_none_or(|answer| write(&output, &answer).is_ok()),
            };
            if !sent {
                return;
            }
        }
    });
    (Connection { sender: out, receiver: messages }, Threads { writer })
}

/// The body of the next message; `None` at the end of the input.
fn read(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length: Option<usize> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.take(8 << 10).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let header = String::from_utf8_lossy(&line);
        match (header.trim(), length) {
            // lines without a length are garbage between two messages
            ("", None) => {}
            ("", Some(length)) => {
                let mut body = Vec::new();
                input.take(length as u64).read_to_end(&mut body)?;
                return Ok((body.len() == length).then_some(body));
            }
            (header, _) => {
                let (name, value) = header.split_once(':').unwrap_or_default();
                if name.trim().eq_ignore_ascii_case("content-length") {
                    length = value.trim().parse().ok().filter(|length| *length <= MAX_BODY).or(length);
                }
            }
        }
    }
}

/// The message of a body, or the answer to what is none; no answer if it is not a request.
fn parse(body: &[u8]) -> Result<Message, Option<Value>> {
    let error = |id: Value, code: ErrorCode, message: String| {
        Some(json!({ "id": id, "error": { "code": code as i32, "message": message } }))
    };
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(problem) => return Err(error(Value::Null, ErrorCode::ParseError, format!("not JSON: {problem}"))),
    };
    let id = value.get("id").filter(|id| id.is_number() || id.is_string()).cloned().unwrap_or_default();
    // a response to us that cannot be read is of no use, and must not be answered
    let is_response = value.get("method").is_none() && (value.get("result").is_some() || value.get("error").is_some());
    serde_json::from_value(value).map_err(|problem| match is_response {
        true => None,
        false => error(id, ErrorCode::InvalidRequest, format!("not a message: {problem}")),
    })
}

fn write(output: &Mutex<impl Write>, message: &Value) -> io::Result<()> {
    let mut message = message.clone();
    if let Value::Object(fields) = &mut message {
        fields.insert("jsonrpc".to_string(), json!("2.0"));
    }
    let text = message.to_string();
    let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place for output that can still be read.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn a_broken_body_is_answered_and_the_next_message_arrives() {
        let good = r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#;
        let request = r#"{"jsonrpc":"2.0","id":7,"params":{}}"#;
        let response = r#"{"jsonrpc":"2.0","id":{},"result":{}}"#;
        let input = ["{nonsense", request, response, good].map(framed).concat();
        let input = format!("garbage\r\n\r\n{input}Content-Length: 99\r\n\r\n{{}}");
        let output = Shared::default();
        let (connection, threads) = connect(io::Cursor::new(input.into_bytes()), output.clone());
        let Message::Notification(notification) = connection.receiver.recv().unwrap() else { panic!() };
        assert_eq!(notification.method, "initialized");
        assert!(connection.receiver.recv().is_err(), "a truncated body ends the input");
        drop(connection);
        threads.join().unwrap();
        let written = String::from_utf8(output.0.lock().unwrap().clone()).unwrap();
        assert!(written.contains("\"code\":-32700") && written.contains("\"id\":null"), "{written}");
        assert!(written.contains("\"code\":-32600") && written.contains("\"id\":7"), "{written}");
        assert_eq!(written.matches("Content-Length").count(), 2, "{written}");
    }
}
