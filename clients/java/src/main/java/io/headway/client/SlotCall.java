package io.headway.client;

/**
 * A call that is made in a slot.
 *
 * @param <T> what it returns
 * @param <E> what it throws
 */
@FunctionalInterface
public interface SlotCall<T, E extends Exception> {
    /** Makes the call, and reports to the slot how it went. */
    T in(Slot slot) throws E;
}
