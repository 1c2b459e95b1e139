//! What server-sent events say of usage.

use super::usage_reader::UsageReader;
use crate::v1::Usage;

/// Hands server-sent events on, reads the usage from them, and keeps back the one that only we asked for.
#[derive(Debug)]
pub(super) struct EventObserver {
    reader: UsageReader,
    hides_usage: bool,
    pending: Vec<u8>,
    is_complete: bool,
}

impl EventObserver {
    /// `hides_usage`: the event with nothing but usage is kept back.
    pub(super) fn new(reader: UsageReader, hides_usage: bool) -> Self {
        Self { reader, hides_usage, pending: Vec::new(), is_complete: false }
    }

    /// Takes a piece of the stream, and gives the whole events that may be handed on.
    pub(super) fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        self.pending.extend_from_slice(piece);
        let mut passed = Vec::new();
        while let Some(length) = event_length(&self.pending) {
            let event: Vec<u8> = self.pending.drain(..length).collect();
            if !self.is_hidden(&event) {
                passed.extend(event);
            }
        }
        passed
    }

    /// What is left when the stream has ended: an event that was cut.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.pending)
    }

    /// Whether the provider has said all: readers go away after that without waiting for the end. Gemini never says it.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// None when the provider reported none so far.
    pub(super) fn usage(&self) -> Option<Usage> {
        self.reader.usage()
    }

    fn is_hidden(&mut self, event: &[u8]) -> bool {
        let lines = || event.split(|byte| *byte == b'\n').map(|line| line.trim_ascii_end());
        self.is_complete = self.is_complete || lines().any(is_last);
        // Most events carry a piece of text and nothing else.
        if !event.windows(6).any(|bytes| bytes == b"\"usage") {
            return false;
        }
        let data: Vec<u8> =
            lines().filter_map(|line| line.strip_prefix(b"data:")).flatten().copied().collect();
        self.reader.read(&data) && self.hides_usage
    }
}

/// Up to and with the empty line. None: the event is not whole.
fn event_length(bytes: &[u8]) -> Option<usize> {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(index, _)| index + 1);
    ends.into_iter().find_map(|end| match bytes[end..] {
        [b'\n', ..] => Some(end + 1),
        [b'\r', b'\n', ..] => Some(end + 2),
        _ => None,
    })
}

/// Whether a line is of the event that the provider sends last.
fn is_last(line: &[u8]) -> bool {
    let value = |prefix: &[u8]| Some(line.strip_prefix(prefix)?.trim_ascii_start());
    value(b"data:").is_some_and(|data| data.starts_with(b"[DONE]"))
        || value(b"event:").is_some_and(|name| {
            matches!(name, b"message_stop" | b"response.completed" | b"response.incomplete")
        })
}
