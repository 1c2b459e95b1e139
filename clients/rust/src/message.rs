//! Messages of a conversation.

use crate::v1::{Message, Part, Role, part};

/// Makes a message with instructions to the model.
pub fn system(text: impl Into<String>) -> Message {
    text_message(Role::System, text.into())
}

/// Makes a message of the user.
pub fn user(text: impl Into<String>) -> Message {
    text_message(Role::User, text.into())
}

/// Makes a message of the model.
pub fn assistant(text: impl Into<String>) -> Message {
    text_message(Role::Assistant, text.into())
}

/// Joins the texts of a message. Empty when there is none, as in an answer that only calls tools.
pub fn text_of<'a>(message: impl Into<Option<&'a Message>>) -> String {
    let parts = message.into().into_iter().flat_map(|message| &message.parts);
    parts
        .filter_map(|part| match &part.part {
            Some(part::Part::Text(text)) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

fn text_message(role: Role, text: String) -> Message {
    Message { role: role.into(), parts: vec![Part { part: Some(part::Part::Text(text)) }] }
}
