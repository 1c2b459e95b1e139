package io.headway.client;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The API that a provider speaks; in lower case also the usual name of the provider. */
enum Wire {
    OPENAI("/(completions|responses|embeddings)$"),
    ANTHROPIC("/v1/messages$"),
    GEMINI("/models/(?<model>[^/:]+):(generateContent|streamGenerateContent|embedContent|batchEmbedContents)$");

    /** Of the path of a call of a model. Gemini's tells the model too. */
    final Pattern path;

    Wire(String path) {
        this.path = Pattern.compile(path);
    }

    /** Empty: the path is none of a call of a model. */
    static Optional<Wire> of(String path) {
        for (var wire : values()) {
            if (wire.path.matcher(path).find()) {
                return Optional.of(wire);
            }
        }
        return Optional.empty();
    }

    String provider() {
        return name().toLowerCase(Locale.ROOT);
    }
}
