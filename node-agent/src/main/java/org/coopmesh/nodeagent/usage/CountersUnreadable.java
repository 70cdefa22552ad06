package org.coopmesh.nodeagent.usage;

/** The kernel's counters could not be read; nothing is lost, they go on counting. */
public class CountersUnreadable extends RuntimeException {

    public CountersUnreadable(String message, Throwable cause) {
        super(message, cause);
    }
}
