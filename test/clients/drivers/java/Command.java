import com.google.gson.annotations.SerializedName;

/** One line of the contract suite; see commands.ts beside the suite. Zero and null: not given. */
final class Command {
    long id;

    @SerializedName("do")
    String operation;

    long timeoutMs;
    long cancelAfterMs;
    String stopAt;
    String[] models;
    long inputTokens;
    Long maxOutputTokens;
    Long maxWaitMs;
    long leaseMs;
    String end;
    long holdMs;
    long[] usage;
    String sdk;
    String baseUrl;
    String model;
    boolean stream;
    String prompt;
    String onUnavailable;
    String address;
    int workers;
    int calls;
    String url;
    String token;
    String tlsRoot;
    String traceparent;
}
