package io.headway.client;

/** What Headway says to a call. */
sealed interface Admission {
    /** It may be made. */
    record Granted(ObservedCall call) implements Admission {}

    /** It must not be made; this is the answer in the provider's place. */
    record Refused(Refusal answer) implements Admission {}

    /** Headway says nothing, and the call is to be made all the same. */
    record Unknown() implements Admission {}
}
