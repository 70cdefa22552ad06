package org.coopmesh.nodeagent.sharing;

/** The kernel, its tools or what somebody else put there do not let us have our queues; nothing was changed. */
final class QueueRefused extends Exception {
    private static final long serialVersionUID = 1;

    QueueRefused(String why) {
        super(why);
    }
}
