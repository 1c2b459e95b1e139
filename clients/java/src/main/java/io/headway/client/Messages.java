package io.headway.client;

import io.headway.v1.Message;
import io.headway.v1.Part;
import io.headway.v1.Role;
import java.util.stream.Collectors;

/** Makes and reads messages of a conversation. */
public final class Messages {
    private Messages() {}

    /** A message with instructions to the model. */
    public static Message system(String text) {
        return message(Role.ROLE_SYSTEM, text);
    }

    /** A message of the user. */
    public static Message user(String text) {
        return message(Role.ROLE_USER, text);
    }

    /** A message of the model. */
    public static Message assistant(String text) {
        return message(Role.ROLE_ASSISTANT, text);
    }

    /** The texts of a message, joined. Empty when there is none, as in an answer that only calls tools. */
    public static String textOf(Message message) {
        return message.getPartsList().stream().map(Part::getText).collect(Collectors.joining());
    }

    private static Message message(Role role, String text) {
        return Message.newBuilder().setRole(role).addParts(Part.newBuilder().setText(text)).build();
    }
}
