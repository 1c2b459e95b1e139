package io.headway.client;

/** What to do with a call when Headway cannot be reached. */
public enum OnUnavailable {
    /** The call fails with status 503. */
    FAIL,
    /** The provider is called all the same, which is counted and logged. */
    PROCEED
}
