//! Protobuf's JSON, which the generated code of Rust does not know.

use std::env;
use std::fs;
use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde_json::Value;

/// Of the image that the first argument names.
static DESCRIPTORS: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let path = env::args().nth(1).expect("the first argument is an image of the proto files");
    DescriptorPool::decode(fs::read(path).expect("the image can be read").as_slice()).expect("it is an image")
});

pub fn read<M: Message + Default>(name: &str, json: Value) -> M {
    let message =
        DynamicMessage::deserialize(descriptor(name), json).expect("the request is as the proto says");
    message.transcode_to().expect("it is the same message")
}

pub fn to_json<M: Message>(name: &str, message: &M) -> Value {
    let mut dynamic = DynamicMessage::new(descriptor(name));
    dynamic.transcode_from(message).expect("it is the same message");
    serde_json::to_value(dynamic).expect("any message has a JSON")
}

fn descriptor(name: &str) -> MessageDescriptor {
    let name = format!("headway.v1.{name}");
    DESCRIPTORS.get_message_by_name(&name).expect("the proto files have the message")
}
