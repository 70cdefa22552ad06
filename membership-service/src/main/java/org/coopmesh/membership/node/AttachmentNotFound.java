package org.coopmesh.membership.node;

/** The node has no such attachment now. */
public class AttachmentNotFound extends RuntimeException {
    AttachmentNotFound(AttachmentId id) {
        super("no such attachment: " + id);
    }
}
