package org.coopmesh.nodeagent.netfilter;

/** The kernel refused, or could not be asked; a refused batch changed nothing. */
public class NetfilterFailure extends Exception {

    /** No such table, set, element or object. */
    static final int ENOENT = 2;

    private final int errno;

    NetfilterFailure(String message, int errno) {
        super(errno == 0 ? message : message + " (errno " + errno + ")");
        this.errno = errno;
    }

    NetfilterFailure(String message, Throwable cause) {
        super(message, cause);
        this.errno = 0;
    }

    /** Whether the thing asked for is not there. */
    public boolean missing() {
        return errno == ENOENT;
    }
}
